"""`Schedule`: phases, one after the other, as a pure value.

Resolving it against a run is `rampup.schedule.plan`'s business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from rampup.errors import ScheduleError
from rampup.schedule.phase import Phase
from rampup.units import Horizon, Length, PerUpdate

if TYPE_CHECKING:
    from rampup.schedule.plan import Plan

MOST_DEPTH: Final = 50
"""How deep a schedule may nest, as its text nests parentheses."""

VERSION: Final = 1
"""Version of the dictionary form."""


Long = int | str | Length
"""How long: `500` or `"500up"` updates, `"5ep"`, `"3%"`, `"64000sp"`, `"2e9tok"`."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A learning-rate schedule: phases, one after the other.

    The rate that update k uses is `base rate × factor(k)`; the factor is 1 at the peak.
    Schedules are joined by `>>` and multiplied by `*`.

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
        if self.depth > MOST_DEPTH:
            raise ScheduleError(f"a schedule nests at most {MOST_DEPTH} deep, not {self.depth}")

    def __rshift__(self, then: "Schedule") -> "Schedule":
        if not isinstance(then, Schedule):
            return NotImplemented
        return Schedule(self.phases + then.phases)

    def __mul__(self, other: "Schedule") -> "Schedule":
        if not isinstance(other, Schedule):
            return NotImplemented
        from rampup.schedule.combine import Product

        return Schedule((Product.of(self, other),))

    def scaled(self, by: float) -> "Schedule":
        """Return the schedule with each factor multiplied by `by` ≥ 0.

        Example:
            >>> from rampup import warmup
            >>> warmup(4).scaled(0.5).plan(updates=10)(9)
            0.5
        """
        from rampup.schedule.combine import Scaled

        return Schedule((Scaled(inner=self, by=by),))

    def clamped(self, low: float, high: float) -> "Schedule":
        """Return the schedule with each factor kept within `low` and `high`.

        Example:
            >>> from rampup import decay
            >>> decay().clamped(0.1, 0.8).plan(updates=10)(0)
            0.8
        """
        from rampup.schedule.combine import Clamped

        return Schedule((Clamped(inner=self, low=low, high=high),))

    def lifted(self, low: float) -> "Schedule":
        """Return the schedule with each factor f turned to low + (1 − low)·f.

        The peak stays, 0 becomes `low`, and heights above `low` keep their ratios.

        Example:
            >>> from rampup import decay
            >>> decay(over=4).lifted(0.5).plan(updates=4)(2)
            0.75
        """
        from rampup.schedule.combine import Lifted

        return Schedule((Lifted(inner=self, low=low),))

    def within(self, to: Long) -> "Schedule":
        """Return the schedule on a part of the run: its open phase takes what is left of that.

        Percentages are still of the whole run.

        Args:
            to: how long the part is, in any unit.

        Example:
            >>> from rampup import decay, warmup
            >>> plan = (warmup(4) >> decay()).within("2ep").plan(updates=30, updates_per_epoch=7)
            >>> plan(4), plan(9), plan(14)
            (1.0, 0.5, 0.0)
        """
        from rampup.schedule.shift import Within

        return Schedule((Within(inner=self, to=Length.of(to)),))

    def on(self, run: Long) -> "Schedule":
        """Return the schedule as it is on a run of `run` updates, whatever the run is.

        Percentages are of those updates, and its open phase takes what is left of them.

        Example:
            >>> from rampup import decay
            >>> plan = decay(over="50%").on(8).plan(updates=100)
            >>> [plan(k) for k in (0, 2, 4, 50)]
            [1.0, 0.5, 0.0, 0.0]
        """
        from rampup.schedule.shift import On

        return Schedule((On(inner=self, run=Length.of(run)),))

    def stretched(self, to: Long) -> "Schedule":
        """Return the schedule with all its lengths multiplied so that it lasts `to`.

        Example:
            >>> from rampup import decay, warmup
            >>> plan = (warmup(4) >> decay(over=6)).stretched(to=20).plan(updates=20)
            >>> plan(7), plan(8)
            (1.0, 1.0)
        """
        from rampup.schedule.shift import Stretched

        return Schedule((Stretched(inner=self, to=Length.of(to)),))

    def repeated(self, times: int | None = None) -> "Schedule":
        """Return the schedule again and again, each time from its start.

        Args:
            times: how often; None takes what is left of the run.

        Example:
            >>> from rampup import decay
            >>> plan = decay(over=4).repeated(2).plan(updates=8)
            >>> plan(0), plan(4), plan(6)
            (1.0, 1.0, 0.5)
        """
        from rampup.schedule.shift import Repeated

        return Schedule((Repeated(inner=self, times=times),))

    def cut(self, at: Long, to: float | None = None) -> "Schedule":
        """Return the schedule up to `at` and no further.

        Args:
            at: how much of it is kept.
            to: the factor behind it; None holds that of the last update kept.

        Example:
            >>> from rampup import decay
            >>> plan = decay(over=8).cut(4, to=0.1).plan(updates=8)
            >>> [plan(k) for k in range(6)]
            [1.0, 0.875, 0.75, 0.625, 0.1, 0.1]
        """
        from rampup.schedule.branch import Cut

        return Schedule((Cut(inner=self, at=Length.of(at), to=to),))

    def cooldown(self, at: Long, over: Long, shape: str = "1-sqrt", to: float = 0.0) -> "Schedule":
        """Return the schedule up to `at`, then a decay from its factor there.

        Args:
            at: where the cooldown branches off.
            over: how long it takes.
            shape: its curve.
            to: the factor at its end.

        Example:
            >>> from rampup import hold, warmup
            >>> trunk = warmup(10) >> hold()
            >>> plan = trunk.cooldown(at=60, over=40, shape="linear").plan(updates=100)
            >>> plan(59), plan(60), plan(80)
            (1.0, 1.0, 0.5)

        Reference: Hägele et al. 2024, Scaling Laws and Compute-Optimal Training, §3.
        """
        from rampup.schedule.branch import Cooldown

        return Schedule(
            (Cooldown(inner=self, at=Length.of(at), over=Length.of(over), shape=shape, to=to),)
        )

    def faded(self, at: Long, over: Long, shape: str = "linear", to: float = 0.0) -> "Schedule":
        """Return the schedule with its height above `to` multiplied by a fall from 1 to 0.

        Unlike in a cooldown, the schedule itself goes on meanwhile.

        Args:
            at: where the fall begins.
            over: how long it takes.
            shape: its curve.
            to: the factor at its end.

        Example:
            >>> from rampup import inverse_sqrt
            >>> plan = inverse_sqrt(4).faded(at=8, over=8).plan(updates=20)
            >>> round(plan(8), 3), round(plan(12), 3), plan(16)
            (0.577, 0.25, 0.0)

        Reference: Zhai et al. 2022, Scaling Vision Transformers, §3.5 (reciprocal square root).
        """
        from rampup.schedule.branch import Faded

        return Schedule(
            (Faded(inner=self, at=Length.of(at), over=Length.of(over), shape=shape, to=to),)
        )

    def delayed(self, by: Long) -> "Schedule":
        """Return the schedule in which each update uses the factor of the one `by` before it.

        The first factor is used until then; the length stays.

        Example:
            >>> from rampup import warmup
            >>> plan = warmup(4).delayed(1).plan(updates=10)
            >>> [plan(k) for k in range(5)]
            [0.25, 0.25, 0.5, 0.75, 1.0]
        """
        from rampup.schedule.shift import Delayed

        return Schedule((Delayed(inner=self, by=Length.of(by)),))

    def since(self, at: Long) -> "Schedule":
        """Return the schedule from `at` on, without what comes before.

        Example:
            >>> from rampup import decay, warmup
            >>> plan = (warmup(4) >> decay(over=10).since(4)).plan(updates=10)
            >>> plan(3), plan(4), plan(5)
            (1.0, 0.6, 0.5)
        """
        from rampup.schedule.shift import Since

        return Schedule((Since(inner=self, at=Length.of(at)),))

    def rewarmed(
        self, at: Long, over: Long, shape: str = "linear", start: float = 0.0
    ) -> "Schedule":
        """Return the schedule with a dip at `at` that climbs back to it within `over`.

        After `at + over` updates the curve is exactly what it was.

        Args:
            at: where the dip is.
            over: how long the climb takes.
            shape: of the climb.
            start: share of the original factor at which it starts.

        Example:
            >>> from rampup import hold
            >>> plan = hold().rewarmed(at=50, over=4).plan(updates=100)
            >>> [plan(k) for k in (49, 50, 51, 53, 54)]
            [1.0, 0.25, 0.5, 1.0, 1.0]
        """
        from rampup.schedule.branch import Rewarmed

        return Schedule(
            (
                Rewarmed(
                    inner=self, at=Length.of(at), over=Length.of(over), shape=shape, start=start
                ),
            )
        )

    def per_epoch(self) -> "Schedule":
        """Return the staircase: the same curves, read in whole epochs.

        Epoch e of n then uses (e+1)/n of a linear warmup at each of its updates.

        Example:
            >>> from rampup import hold, warmup
            >>> plan = (warmup("5ep") >> hold()).per_epoch().plan(updates=250, updates_per_epoch=25)
            >>> [plan(25 * epoch) for epoch in range(6)]
            [0.2, 0.4, 0.6, 0.8, 1.0, 1.0]
        """
        return Schedule(tuple(phase.per_epoch() for phase in self.phases))

    def without_warmup(self) -> "Schedule":
        """Return the baseline: each warmup that lasts replaced by as long a hold at the peak.

        Everything after the warmup stays at the updates where it was.
        """
        return Schedule(
            tuple(
                phase.without_warmup(first=position == 0)
                for position, phase in enumerate(self.phases)
            )
        )

    @property
    def depth(self) -> int:
        """How deep its text nests parentheses."""
        return max(phase.depth for phase in self.phases)

    @property
    def has_warmup(self) -> bool:
        """Whether any phase is a warmup that lasts."""
        return any(phase.has_warmup for phase in self.phases)

    def plan(
        self,
        *,
        updates: int,
        updates_per_epoch: int | None = None,
        samples_per_update: PerUpdate | None = None,
        tokens_per_update: PerUpdate | None = None,
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

    def to_dict(self) -> dict[str, Any]:
        """Return the schedule as plain JSON data; `from_dict` reads it back.

        Example:
            >>> from rampup import warmup
            >>> warmup(4).to_dict()
            {'version': 1, 'schedule': 'warmup 4up linear'}
        """
        return {"version": VERSION, "schedule": str(self)}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """Return the schedule that `to_dict` wrote.

        Raises:
            ScheduleError: it is no schedule, or of a newer version.
        """
        from rampup.schedule.text import parse

        try:
            version, text = plain["version"], plain["schedule"]
        except (KeyError, TypeError, IndexError):
            version, text = None, None
        if type(version) is not int or version < 1 or not isinstance(text, str):
            raise ScheduleError(
                f"{plain!r} is no schedule; it needs a 'version' and a 'schedule' text"
            )
        if version > VERSION:
            raise ScheduleError(
                f"the schedule has version {version}, but this rampup reads up to {VERSION}; "
                "update rampup"
            )
        return cls(parse(text).phases)

    def __str__(self) -> str:
        return " >> ".join(str(phase) for phase in self.phases)
