"""`FirstRate`: what a scheduler of ours plans for its first group, and what it reports."""

from torch.optim.lr_scheduler import LRScheduler

from rampup.scheduler.clock import Clock
from rampup.scheduler.clocked import ClockedLR
from rampup.scheduler.rates import Lane


class FirstRate:
    """Asks a scheduler for one rate per update, without asking it for the rates of all groups.

    Args:
        scheduler: any torch scheduler; only ours plan.

    Example:
        >>> import torch
        >>> from rampup import RampupLR
        >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
        >>> first = FirstRate(RampupLR(optimizer, "warmup 2up >> hold", updates=10))
        >>> first.position(7), first.at(0), first.at(1)
        (0, (0.25, 0.25), (0.5, 0.5))
    """

    def __init__(self, scheduler: LRScheduler) -> None:
        self._scheduler = scheduler
        self._ours = scheduler if isinstance(scheduler, ClockedLR) else None
        clock = None if self._ours is None else self._ours.clock
        self._clock = clock if isinstance(clock, Clock) else None
        # get_last_lr() of ours says what is planned for the update that comes
        self._same = (
            self._clock is not None
            and type(scheduler).get_last_lr is ClockedLR.get_last_lr
            and type(scheduler).get_lr is ClockedLR.get_lr
        )
        self._lane: Lane | None = None

    def position(self, done: int) -> int:
        """Return the index of the next update: the scheduler's, or `done` if it counts none."""
        return done if self._clock is None else self._clock.updates

    @property
    def rehearses(self) -> bool:
        """Whether the step that comes is no update, as far as the scheduler knows."""
        return self._clock is not None and self._clock.rehearsal

    def at(self, k: int) -> tuple[float | None, float]:
        """Return the rates planned for update `k` and reported now."""
        planned = None if self._ours is None else self._planned(self._ours, k)
        if self._same and planned is not None:
            return planned, planned
        return planned, float(self._scheduler.get_last_lr()[0])

    def _planned(self, scheduler: ClockedLR, k: int) -> float:
        source = scheduler._source(0, "lr")
        lane = self._lane
        if lane is None or lane.source is not source:
            self._lane = lane = Lane(source)
        return scheduler._rates.bases[0]["lr"] * lane.at(k)
