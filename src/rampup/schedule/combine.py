"""Phases made of whole schedules: products, and schedules changed as a whole.

Inside one, a schedule starts from the peak, whatever came before it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Self

import numpy as np

from rampup.errors import ScheduleError
from rampup.schedule.phase import Phase, Schedule
from rampup.schedule.plan import Curve, Track, natural_length, resolve
from rampup.schedule.ramp import factor_of, share
from rampup.schedule.shapes import canonical, joining
from rampup.units import Horizon, Length


@dataclass(frozen=True, slots=True, kw_only=True)
class Product(Phase):
    """The product of schedules that run side by side; built by `*`.

    Args:
        of_all: at least two; the shorter ones hold their last factor.
    """

    factors: tuple[Schedule, ...]

    @classmethod
    def of(cls, *schedules: Schedule) -> Self:
        """Return the product of `schedules`, products among them opened."""
        flat: list[Schedule] = []
        for schedule in schedules:
            only = schedule.phases[0]
            flat += only.factors if len(schedule.phases) == 1 and isinstance(only, Product) else ()
            if not (len(schedule.phases) == 1 and isinstance(only, Product)):
                flat.append(schedule)
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

    def length(self, horizon: Horizon, at: int, *, backward: bool = False) -> int | None:  # noqa: ARG002
        """Return the length of the longest factor, or None where one takes what is left."""
        lengths = [natural_length(factor, horizon, at) for factor in self.factors]
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

        return _curve(first, updates, factor, tracks, math.prod(track.tail for track in tracks))

    def __str__(self) -> str:
        return " * ".join(
            f"({factor})" if len(factor.phases) > 1 else str(factor) for factor in self.factors
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Changed(Phase):
    """A schedule changed as a whole."""

    inner: Schedule

    def per_epoch(self) -> Self:
        """Return the change of the staircase."""
        return replace(self, inner=self.inner.per_epoch())

    def without_warmup(self, *, first: bool) -> Self:  # noqa: ARG002
        """Return the change of the schedule without warmup."""
        return replace(self, inner=self.inner.without_warmup())

    @property
    def has_warmup(self) -> bool:
        """Whether the schedule has a warmup that lasts."""
        return self.inner.has_warmup

    def length(self, horizon: Horizon, at: int, *, backward: bool = False) -> int | None:  # noqa: ARG002
        """Return how long the schedule lasts."""
        return natural_length(self.inner, horizon, at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaled(_Changed):
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
        return _curve(first, updates, lambda k: track(k) * self.by, [track], track.tail * self.by)

    def __str__(self) -> str:
        return f"({self.inner}) scaled {self.by!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clamped(_Changed):
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
        return replace(_curve(first, updates, track, [track], tail), low=self.low, high=self.high)

    def __str__(self) -> str:
        return f"({self.inner}) clamped {self.low!r} {self.high!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretched(_Changed):
    """All lengths multiplied so that the whole lasts `to`; built by `Schedule.stretched`.

    Args:
        to: the new length.
    """

    to: Length

    def length(self, horizon: Horizon, at: int, *, backward: bool = False) -> int | None:
        """Return the new length."""
        return horizon.updates_in(self.to, at, backward=backward)

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run."""
        natural = natural_length(self.inner, horizon, first)
        if natural is None:
            raise ScheduleError(
                f"'{self.inner}' takes what is left of the run and cannot be stretched; "
                "give its open phase a length"
            )
        if not natural:
            raise ScheduleError(f"'{self.inner}' lasts no update and cannot be stretched")
        wider = replace(horizon, stretch=horizon.stretch * Fraction(updates, natural))
        # lengths round one by one; what they miss of the whole is held, or cut off, at the end
        rounded = natural_length(self.inner, wider, first)
        assert rounded is not None  # its natural length was found above
        room = max(updates, rounded)
        track = Track(resolve(self.inner, wider, first, room))
        return _curve(first, updates, track, [track], track.tail)

    def __str__(self) -> str:
        return f"({self.inner}) stretched {self.to}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated(_Changed):
    """The schedule several times, each time from its start; built by `Schedule.repeated`.

    Args:
        times: ≥ 1.
    """

    times: int

    def __post_init__(self) -> None:
        if type(self.times) is not int or self.times < 1:
            raise ScheduleError(f"repeated {self.times!r}: use a whole number ≥ 1")

    def length(self, horizon: Horizon, at: int, *, backward: bool = False) -> int | None:  # noqa: ARG002
        """Return the length of all repetitions."""
        return self.times * self._period(horizon, at)

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run."""
        period = self._period(horizon, first)
        track = Track(resolve(self.inner, horizon, first, period))
        return _curve(
            first, updates, lambda k: track(first + (k - first) % period), [track], track.tail
        )

    def _period(self, horizon: Horizon, at: int) -> int:
        period = natural_length(self.inner, horizon, at)
        if not period:
            why = "lasts no update" if period == 0 else "takes what is left of the run"
            raise ScheduleError(
                f"'{self.inner}' {why} and cannot be repeated; give each phase a length"
            )
        return period

    def __str__(self) -> str:
        return f"({self.inner}) repeated {self.times}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cooldown(_Changed):
    """The schedule up to a point, then a decay from there; built by `Schedule.cooldown`.

    Args:
        at: where the decay branches off.
        over: how long it takes.
        shape: its curve.
        to: factor at its end, in [0, 1].
    """

    at: Length
    over: Length
    shape: str
    to: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", canonical(self.shape))
        object.__setattr__(self, "to", share(self.to, "cooldown to"))
        if self.over.value == 0:
            raise ScheduleError("a cooldown of no update does nothing; leave it out")

    def length(self, horizon: Horizon, at: int, *, backward: bool = False) -> int | None:  # noqa: ARG002
        """Return the updates up to the end of the decay."""
        branch = horizon.updates_in(self.at, at)
        return branch + horizon.updates_in(self.over, at + branch)

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run."""
        branch = first + horizon.updates_in(self.at, first)
        over = first + updates - branch
        room = max(horizon.updates - first, updates)
        track = Track(resolve(self.inner, horizon, first, room))
        top, join = track.at(branch), joining(self.shape)
        if self.to > top:
            raise ScheduleError(
                f"'{self}' would rise: its factor there is {top:g}; cool down to at most {top:g}"
            )

        def factor(k: Any) -> Any:
            p = np.clip((k - branch) / over, 0.0, 1.0)
            return np.where(k < branch, track(k), join(self.to, top, 1.0 - p, over))

        return _curve(first, updates, factor, [track], self.to, branch)

    def __str__(self) -> str:
        return f"({self.inner}) cooldown at {self.at} over {self.over} {self.shape} to {self.to!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewarmed(_Changed):
    """The schedule with a dip that climbs back to it; built by `Schedule.rewarmed`.

    Args:
        at: where the dip is.
        over: how long the climb takes.
        shape: of the climb.
        start: share of the original factor at progress 0, in [0, 1].
    """

    at: Length
    over: Length
    shape: str
    start: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", canonical(self.shape))
        object.__setattr__(self, "start", share(self.start, "rewarmed from"))
        if self.over.value == 0:
            raise ScheduleError("a rewarm of no update does nothing; leave it out")

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run."""
        track = Track(resolve(self.inner, horizon, first, updates))
        dip = first + horizon.updates_in(self.at, first)
        over = horizon.updates_in(self.over, dip)
        start, join = self.start, joining(self.shape)

        def factor(k: Any) -> Any:
            p = np.clip((k - dip + 1) / over, 0.0, 1.0)
            climbing = (k >= dip) & (k < dip + over)
            return np.where(climbing, track(k) * join(start, 1.0, p, over), track(k))

        return _curve(first, updates, factor, [track], track.tail, dip, dip - 1, dip + over)

    def __str__(self) -> str:
        dip = f"at {self.at} over {self.over} {self.shape} from {self.start!r}"
        return f"({self.inner}) rewarmed {dip}"


def _curve(
    first: int,
    updates: int,
    factor: Callable[[Any], Any],
    tracks: list[Track],
    end: float,
    *marks: int,
) -> Curve:
    """Return the curve of a phase that is made of tracks."""
    inside = {k for track in tracks for k in track.marks} | set(marks)
    return Curve(
        first=first,
        updates=updates,
        end=end,
        low=0.0,
        high=math.inf,
        factor=factor,
        warmup=max(sum(curve.warmup for curve in track.curves) for track in tracks),
        marks=tuple(k for k in sorted(inside) if first <= k < first + updates),
    )
