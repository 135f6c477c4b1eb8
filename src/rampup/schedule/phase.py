"""`Phase` and `Schedule`: what is written down, before any run is known.

A schedule is a pure value; `Schedule.plan` resolves it against a run. Reading a curve at an
update is the plan's business, not ours.
"""

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from rampup.errors import ScheduleError, one_of
from rampup.schedule.shapes import shape
from rampup.units import Horizon, Length

if TYPE_CHECKING:
    from rampup.schedule.plan import Plan

ANCHORS: Final = ("start", "end", "middle", "ends")
PEAK: Final = 1.0
_NEEDED: Final = {("warmup", "start"), ("warmup", "end"), ("decay", "end")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One piece of a schedule; built by `warmup`, `hold` and `decay`.

    Args:
        verb: `"warmup"` rises to the peak, `"hold"` stays, `"decay"` falls.
        over: how long it lasts; None takes what the other phases leave of the run.
        shape: the curve's name, see `rampup.schedule.shapes`; ignored by a hold.
        start: factor at progress 0, in [0, 1]; None continues where the phase before ended.
        end: factor at progress 1, in [0, 1]; None stays at the start.
        anchor: where in its interval an update reads the curve: `"start"` k/n, `"end"` (k+1)/n,
            `"middle"` (k+½)/n, `"ends"` k/(n−1).
        per_epoch: True changes the rate once per epoch instead of at every update.

    Raises:
        ScheduleError: a factor, the shape or the anchor cannot be meant.
    """

    verb: str
    over: Length | None = None
    shape: str = "linear"
    start: float | None = None
    end: float | None = None
    anchor: str = "start"
    per_epoch: bool = False

    def __post_init__(self) -> None:
        shape(self.shape)
        if self.empty and self.verb != "warmup":
            raise ScheduleError(f"a {self.verb} of no update does nothing; leave it out")
        if self.anchor not in ANCHORS:
            raise ScheduleError(
                f"anchor {self.anchor!r} of a {self.verb} is unknown; use one of {one_of(ANCHORS)}"
            )
        for name, word in (("start", "from"), ("end", "to")):
            factor = getattr(self, name)
            if factor is None and (self.verb, name) not in _NEEDED:
                continue
            if isinstance(factor, bool) or not isinstance(factor, int | float):
                raise ScheduleError(f"{self.verb} {word} {factor!r}: a factor must be a number")
            if not math.isfinite(factor) or not 0 <= factor <= PEAK:
                raise ScheduleError(
                    f"{self.verb} {word} {factor!r}: a factor multiplies the peak rate "
                    "and must lie between 0 and 1"
                )
            object.__setattr__(self, name, float(factor))

    @property
    def empty(self) -> bool:
        """Whether it was asked to last no update."""
        return self.over is not None and self.over.value == 0

    def __str__(self) -> str:
        words = [self.verb]
        if self.over is not None:
            words.append(str(self.over))
        if self.verb != "hold":
            words.append(self.shape)
        if self.start != (0.0 if self.verb == "warmup" else None):
            words.append(f"from {self.start!r}")
        if self.verb == "decay":
            words.append(f"to {self.end!r}")
        if self.verb != "hold" and self.anchor != DEFAULT_ANCHOR[self.verb]:
            words.append(f"anchor {self.anchor}")
        if self.per_epoch:
            words.append("per epoch")
        return " ".join(words)


DEFAULT_ANCHOR: Final = {"warmup": "end", "hold": "start", "decay": "start"}


@dataclass(frozen=True, slots=True)
class Schedule:
    """A learning-rate schedule: phases, one after the other.

    The rate that update k uses is `base rate × factor(k)`; the factor is 1 at the peak.

    Args:
        phases: at least one.

    Example:
        >>> from rampup import decay, hold, warmup
        >>> schedule = warmup(2000) >> hold() >> decay("1-sqrt", over="20%")
        >>> print(schedule)
        warmup 2000up linear >> hold >> decay 20% 1-sqrt to 0.0
        >>> schedule.plan(updates=10_000)(1999)
        1.0
    """

    phases: tuple[Phase, ...]

    def __post_init__(self) -> None:
        if not self.phases:
            raise ScheduleError("a schedule needs at least one phase; start with warmup(…)")

    def __rshift__(self, then: "Schedule") -> "Schedule":
        if not isinstance(then, Schedule):
            return NotImplemented
        return Schedule(self.phases + then.phases)

    def per_epoch(self) -> "Schedule":
        """Return the staircase: the same curves, read in whole epochs.

        Epoch e of n then uses (e+1)/n of a linear warmup at each of its updates.

        Example:
            >>> from rampup import hold, warmup
            >>> plan = (warmup("5ep") >> hold()).per_epoch().plan(updates=250, updates_per_epoch=25)
            >>> [plan(25 * epoch) for epoch in range(6)]
            [0.2, 0.4, 0.6, 0.8, 1.0, 1.0]
        """
        return Schedule(tuple(replace(p, per_epoch=p.verb != "hold") for p in self.phases))

    def without_warmup(self) -> "Schedule":
        """Return the baseline: each warmup that lasts replaced by as long a hold at the peak.

        Everything after the warmup stays at the updates where it was.
        """
        phases = list(self.phases)
        for position, phase in enumerate(phases):
            if phase.verb == "warmup" and not phase.empty:
                # the first phase starts at the peak by itself
                start = PEAK if position else None
                phases[position] = Phase(verb="hold", over=phase.over, start=start)
        return Schedule(tuple(phases))

    @property
    def has_warmup(self) -> bool:
        """Whether any phase is a warmup that lasts."""
        return any(p.verb == "warmup" and not p.empty for p in self.phases)

    def plan(
        self,
        *,
        updates: int,
        updates_per_epoch: int | None = None,
        samples_per_update: int | None = None,
        tokens_per_update: int | None = None,
    ) -> "Plan":
        """Return the plan: this schedule resolved on a run.

        Args:
            updates: updates in the whole run, ≥ 1.
            updates_per_epoch: needed where a phase is measured in epochs.
            samples_per_update: needed where a phase is measured in samples.
            tokens_per_update: needed where a phase is measured in tokens.

        Raises:
            ScheduleError: the phases do not fit the run.
            UnitError: a number is missing or cannot be meant.
        """
        from rampup.schedule.plan import Plan

        return Plan(
            self,
            Horizon(
                updates=updates,
                updates_per_epoch=updates_per_epoch,
                samples_per_update=samples_per_update,
                tokens_per_update=tokens_per_update,
            ),
        )

    def __str__(self) -> str:
        return " >> ".join(str(p) for p in self.phases)
