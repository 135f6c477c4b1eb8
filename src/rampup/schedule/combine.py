"""Phases made of whole schedules: products, and schedules changed as a whole.

Inside one, a schedule starts from the peak, whatever came before it.
"""

import math
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self

from rampup.errors import ScheduleError
from rampup.schedule.phase import Phase
from rampup.schedule.plan import Curve, Track, length_before, natural_length, resolve
from rampup.schedule.ramp import factor_of, share, stride
from rampup.schedule.schedule import Schedule
from rampup.units import Horizon


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole(Phase):
    """A phase made of whole schedules, measured from where it starts."""

    def length(self, horizon: Horizon, at: int, *, backward: bool = False) -> int | None:
        """Return how many updates it lasts, or None where it takes what is left."""
        if backward:
            return length_before(at, lambda first: self.length_from(horizon, first))
        return self.length_from(horizon, at)

    @abstractmethod
    def length_from(self, horizon: Horizon, first: int) -> int | None:
        """Return its length where `first` is its first update, or None where it is open."""

    def _bounded(self, high: float, *tracks: Track) -> float:
        """Return `high`, the product of bounds, or refuse it where it is beyond all floats."""
        if high == math.inf and all(track.high < math.inf for track in tracks):
            raise ScheduleError(
                f"the factors of '{self}' are larger than any float; multiply by less"
            )
        return high if high == high else math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Product(Whole):
    """The product of schedules that run side by side; built by `*`.

    Args:
        factors: at least two; the shorter ones hold their last factor.
    """

    factors: tuple[Schedule, ...]

    @classmethod
    def of(cls, *schedules: Schedule) -> Self:
        """Return the product of `schedules`, products among them opened."""
        flat: list[Schedule] = []
        for schedule in schedules:
            only = schedule.phases[0]
            nested = len(schedule.phases) == 1 and isinstance(only, Product)
            flat += only.factors if nested else (schedule,)  # type: ignore[attr-defined]
        return cls(factors=tuple(flat))

    def per_epoch(self) -> Self:
        """Return the product of the staircases."""
        return replace(self, factors=tuple(factor.per_epoch() for factor in self.factors))

    def without_warmup(self, *, first: bool) -> Self:  # noqa: ARG002
        """Return the product without the warmups in it."""
        return replace(self, factors=tuple(factor.without_warmup() for factor in self.factors))

    @property
    def has_warmup(self) -> bool:
        """Whether a factor has a warmup that lasts."""
        return any(factor.has_warmup for factor in self.factors)

    @property
    def depth(self) -> int:
        """How deep its text nests parentheses."""
        return max(factor.depth + (len(factor.phases) > 1) for factor in self.factors)

    def length_from(self, horizon: Horizon, first: int) -> int | None:
        """Return the length of the longest factor, or None where one is open."""
        lengths = [natural_length(factor, horizon, first) for factor in self.factors]
        found = [length for length in lengths if length is not None]
        return max(found) if len(found) == len(lengths) else None

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run."""
        tracks = [Track(resolve(factor, horizon, first, updates)) for factor in self.factors]

        def factor(k: Any) -> Any:
            result = tracks[0](k)
            for track in tracks[1:]:
                result = result * track(k)
            return result

        tail = math.prod(track.tail for track in tracks)
        high = self._bounded(math.prod(track.high for track in tracks), *tracks)
        return curve_of(first, updates, factor, tracks, tail, high=high)

    def __str__(self) -> str:
        return " * ".join(
            f"({factor})" if len(factor.phases) > 1 else str(factor) for factor in self.factors
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed(Whole):
    """A schedule changed as a whole."""

    inner: Schedule

    @property
    def dispensable(self) -> bool:
        """Whether the schedule may be left without an update."""
        return all(phase.dispensable for phase in self.inner.phases)

    @property
    def depth(self) -> int:
        """How deep its text nests parentheses."""
        return self.inner.depth + 1

    def per_epoch(self) -> Phase:
        """Return the change of the staircase."""
        return replace(self, inner=self.inner.per_epoch())

    def without_warmup(self, *, first: bool) -> Phase:  # noqa: ARG002
        """Return the change of the schedule without warmup."""
        return replace(self, inner=self.inner.without_warmup())

    @property
    def has_warmup(self) -> bool:
        """Whether the schedule has a warmup that lasts."""
        return self.inner.has_warmup

    @property
    def warmup_only(self) -> bool:
        """Whether the schedule is nothing but warmup."""
        return all(phase.warmup_only for phase in self.inner.phases)

    def length_from(self, horizon: Horizon, first: int) -> int | None:
        """Return how long the schedule lasts."""
        return natural_length(self.inner, horizon, first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaled(Changed):
    """Each factor multiplied by one number; built by `Schedule.scaled`.

    Args:
        by: finite and ≥ 0.
    """

    by: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "by", factor_of(self.by, "scaled"))

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run."""
        track = Track(resolve(self.inner, horizon, first, updates))
        high = self._bounded(track.high * self.by, track)
        tail = track.tail * self.by
        return curve_of(first, updates, lambda k: track(k) * self.by, [track], tail, high=high)

    def __str__(self) -> str:
        return f"({self.inner}) scaled {self.by!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clamped(Changed):
    """Each factor kept within two bounds; built by `Schedule.clamped`.

    Args:
        low: lower bound, ≥ 0.
        high: upper bound, ≥ low.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        for name in ("low", "high"):
            object.__setattr__(self, name, factor_of(getattr(self, name), "clamped"))
        if self.low > self.high:
            raise ScheduleError(f"clamped {self.low:g} {self.high:g}: the lower bound comes first")

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run."""
        track = Track(resolve(self.inner, horizon, first, updates))
        tail = min(max(track.tail, self.low), self.high)
        # the plan clips every curve to its bounds
        return replace(curve_of(first, updates, track, [track], tail), low=self.low, high=self.high)

    def __str__(self) -> str:
        return f"({self.inner}) clamped {self.low!r} {self.high!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifted(Changed):
    """Each factor f turned to low + (1 − low)·f; built by `Schedule.lifted`.

    Args:
        low: what 0 becomes, in [0, 1].
    """

    low: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "low", share(self.low, "lifted"))

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run."""
        track = Track(resolve(self.inner, horizon, first, updates))

        def lifted(factor: Any) -> Any:
            return self.low + (1.0 - self.low) * factor

        end, high = lifted(track.tail), lifted(track.high)
        return curve_of(first, updates, lambda k: lifted(track(k)), [track], end, high=high)

    def __str__(self) -> str:
        return f"({self.inner}) lifted {self.low!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedAt(Changed):
    """A schedule changed at an update of its own, which need not be where an epoch begins."""

    def per_epoch(self) -> Phase:
        """Return the staircase of the change of the staircase."""
        return Staircase(inner=Schedule((replace(self, inner=self.inner.per_epoch()),)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Staircase(Changed):
    """Each epoch uses the factor of its first update; built by `Schedule.per_epoch`.

    Ramps and restarts have a staircase of their own; this is that of one phase of another kind,
    which goes on from where the phase before it ended.
    """

    def per_epoch(self) -> Self:
        """Return itself."""
        return self

    def without_warmup(self, *, first: bool) -> Phase:
        """Return the staircase of the phase without warmup."""
        return self.inner.phases[0].without_warmup(first=first).per_epoch()

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:
        """Return its curve on a run."""
        epoch = stride(self, horizon, first, 0)
        track = Track(resolve(self.inner, horizon, first, updates, level))

        def factor(k: Any) -> Any:
            return track(first + (k - first) // epoch * epoch)

        steps = [first + (k - first + epoch - 1) // epoch * epoch for k in track.marks]
        return curve_of(first, updates, factor, [track], track.tail, *steps)

    def __str__(self) -> str:
        return f"({self.inner}) per epoch"


def curve_of(
    first: int,
    updates: int,
    factor: Callable[[Any], Any],
    tracks: list[Track],
    end: float,
    *marks: int,
    high: float | None = None,
) -> Curve:
    """Return the curve of a phase that is made of tracks.

    Args:
        first: its first update.
        updates: how many it lasts.
        factor: the factor of update k.
        tracks: at least one.
        end: the factor from which the next phase goes on.
        marks: updates that matter besides those of the tracks.
        high: no factor is above this; None is the highest of the tracks'.
    """
    inside = {k for track in tracks for k in track.marks} | set(marks)
    return Curve(
        first=first,
        updates=updates,
        end=end,
        low=0.0,
        high=max(track.high for track in tracks) if high is None else high,
        factor=factor,
        warmup=lambda start, stop: max(track.warmup(start, stop) for track in tracks),
        marks=tuple(k for k in sorted(inside) if first <= k < first + updates),
    )


def trunk(schedule: Schedule, horizon: Horizon, first: int, used: int, room: int) -> Track:
    """Return a schedule of which only the first updates are used.

    Phases that begin behind them are left out: whether they would fit the run cannot matter.

    Args:
        schedule: what to resolve.
        horizon: the run.
        first: its first update.
        used: how many of its updates are used at most.
        room: how many there are for it where its open phase is among them.
    """
    lasted = 0
    for count, phase in enumerate(schedule.phases, 1):
        length = phase.length(horizon, first + lasted)
        if length is None:
            return Track(resolve(schedule, horizon, first, room))
        lasted += length
        if lasted >= used:
            schedule = Schedule(schedule.phases[:count])
            break
    # more room than any run, so that its warmup need not be shorter than this one
    return Track(resolve(schedule, horizon, first, lasted + horizon.updates))
