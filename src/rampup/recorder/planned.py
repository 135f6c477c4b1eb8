"""The plan of a run as an event: our schedulers say it at once, torch's have to earn it."""

import math
from typing import Any, Final

from torch.optim.lr_scheduler import LRScheduler

from rampup.scheduler.foreseen import Foreseen, foresee
from rampup.scheduler.rate import RampupLR
from rampup.trace.record import Planned, Update

CLOSE: Final = 1e-6
"""torch computes a rate from the last one, so that rounding errors add up."""


def planned(foreseen: Foreseen, *, classes: int = 0) -> Planned:
    """Return what is planned, with the planned rates of each epoch.

    Args:
        foreseen: the schedule on the run.
        classes: that the model tells apart; 0 where nobody says.
    """
    return Planned(
        text=str(foreseen.plan.schedule),
        base=foreseen.base,
        updates=foreseen.updates,
        updates_per_epoch=foreseen.plan.horizon.updates_per_epoch or 0,
        warmup=foreseen.warmup,
        peak=foreseen.peak,
        peak_at=foreseen.peak_at,
        classes=classes,
        epochs=[
            {"epoch": number, "first": first, "last": last}
            for number, (first, last) in enumerate(foreseen.epochs(), start=1)
        ],
    )


class Outlook:
    """Tells the plan of a scheduler: of ours at once, of somebody else's once it is seen to hold.

    A plan is read off a scheduler of torch on the assumption that it began with this run and is
    stepped once per update. Of one that is stepped per epoch, that was resumed, or whose rates
    others change, it would be told wrong; so two updates must keep to it first.

    Args:
        scheduler: whose plan.
    """

    def __init__(self, scheduler: LRScheduler | None) -> None:
        self._scheduler = scheduler
        self._foreseen = None if scheduler is None else foresee(scheduler)

    def begin(self) -> Planned | None:
        """Return the plan, where it is known before the first update."""
        if not isinstance(self._scheduler, RampupLR):
            return None
        return self._told()

    def see(self, update: Update) -> Planned | None:
        """Return the plan, where this update makes it known."""
        foreseen = self._foreseen
        if foreseen is None:
            return None
        stepped, reported = _position(self._scheduler), update.reported
        if stepped != update.k or reported is None or not _close(reported, foreseen.at(update.k)):
            self._foreseen = None
            return None
        return self._told() if update.k else None

    def _told(self) -> Planned | None:
        foreseen, self._foreseen = self._foreseen, None
        return None if foreseen is None else planned(foreseen)


def _position(scheduler: Any) -> int:
    """Return how often a scheduler was stepped; a chained one leaves that to its parts."""
    while not hasattr(scheduler, "last_epoch"):
        scheduler = scheduler._schedulers[0]
    return int(scheduler.last_epoch)


def _close(x: float, y: float) -> bool:
    return math.isclose(x, y, rel_tol=CLOSE, abs_tol=1e-12)
