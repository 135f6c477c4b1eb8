"""Schedules changed in time: moved, begun later, given a length, repeated."""

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from rampup.errors import ScheduleError
from rampup.schedule.combine import Changed, ChangedAt, curve_of, trunk
from rampup.schedule.plan import Curve, Track, natural_length, resolve
from rampup.units import Horizon, Length, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Delayed(ChangedAt):
    """Every update uses what an earlier one would have; built by `Schedule.delayed`.

    It lasts as long as the schedule itself, whose last updates are therefore not used.

    Args:
        by: how much later each factor is used; until then the first one is.
    """

    by: Length

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run."""
        by = horizon.updates_in(self.by, first)
        track = Track(resolve(self.inner, horizon, first, updates))

        def factor(k: Any) -> Any:
            if isinstance(k, np.ndarray):
                return track(np.maximum(k - by, first))
            return track(max(k - by, first))

        marks = [k + by for k in track.marks]
        curve = curve_of(first, updates, factor, [track], track.tail, *marks)

        def warmup(start: int, stop: int) -> int:
            # until the delay is over, each update is the first one again
            still = max(min(stop, first + by) - start, 0) * track.warmup(first, first + 1)
            return still + track.warmup(max(start - by, first), max(stop - by, first))

        return replace(curve, warmup=warmup)

    def __str__(self) -> str:
        return f"({self.inner}) delayed {self.by}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Since(Changed):
    """The schedule without its first updates; built by `Schedule.since`.

    Args:
        at: how much of its beginning is left out.
    """

    at: Length

    def length_from(self, horizon: Horizon, first: int) -> int | None:
        """Return the updates behind `at`."""
        whole = natural_length(self.inner, horizon, first)
        return None if whole is None else max(whole - horizon.updates_in(self.at, first), 0)

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run."""
        at = horizon.updates_in(self.at, first)
        whole = natural_length(self.inner, horizon, first)
        if whole == 0:
            raise ScheduleError(f"'{self.inner}' lasts no update and has no later part")
        track = trunk(self.inner, horizon, first, updates + at, updates + at)
        marks = [k - at for k in track.marks]
        end = track.at(first + at + updates)
        curve = curve_of(first, updates, lambda k: track(k + at), [track], end, *marks)
        return replace(curve, warmup=lambda start, stop: track.warmup(start + at, stop + at))

    def __str__(self) -> str:
        return f"({self.inner}) since {self.at}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sized(Changed):
    """A schedule that is given a length.

    Args:
        to: how long it lasts.
    """

    to: Length

    def length(self, horizon: Horizon, at: int, *, backward: bool = False) -> int | None:
        """Return the length that it is given."""
        return horizon.updates_in(self.to, at, backward=backward)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretched(Sized):
    """All lengths multiplied so that the whole lasts `to`; built by `Schedule.stretched`."""

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
        return curve_of(first, updates, track, [track], track.tail)

    def __str__(self) -> str:
        return f"({self.inner}) stretched {self.to}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Within(Sized):
    """The schedule on a part of the run, as if that were all; built by `Schedule.within`.

    Its open phase takes what the others leave of that part; percentages are of the whole run.
    """

    def __post_init__(self) -> None:
        if self.to.value == 0:
            raise ScheduleError(f"'{self.inner}' within {self.to}: give it a length")

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run."""
        track = Track(resolve(self.inner, horizon, first, updates))
        return curve_of(first, updates, track, [track], track.tail)

    def __str__(self) -> str:
        return f"({self.inner}) within {self.to}"


@dataclass(frozen=True, slots=True, kw_only=True)
class On(Changed):
    """The schedule as it is on a run of another length; built by `Schedule.on`.

    Args:
        run: updates in that run; it lasts as long.
    """

    run: Length

    def __post_init__(self) -> None:
        if self.run.unit != "up" or self.run.value == 0:
            raise ScheduleError(
                f"'{self.inner}' on {self.run}: a run has a number of updates, such as 1000up"
            )

    def length(self, horizon: Horizon, at: int, *, backward: bool = False) -> int | None:
        """Return the updates of that run, stretched as all lengths are."""
        return horizon.updates_in(self.run, at, backward=backward)

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run."""
        run = replace(horizon, updates=int(self.run.value))
        track = Track(resolve(self.inner, run, first, updates))
        return curve_of(first, updates, track, [track], track.tail)

    def __str__(self) -> str:
        return f"({self.inner}) on {self.run}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated(Changed):
    """The schedule several times, each time from its start; built by `Schedule.repeated`.

    Args:
        times: ≥ 1; None takes what is left.
    """

    times: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", plain(self.times))
        if self.times is not None and (type(self.times) is not int or self.times < 1):
            raise ScheduleError(f"repeated {self.times!r}: use a whole number ≥ 1")

    def length_from(self, horizon: Horizon, first: int) -> int | None:
        """Return how long all repetitions last, or None where there is no end of them."""
        period = self._period(horizon, first)
        return None if self.times is None else self.times * period

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run."""
        period = self._period(horizon, first)
        track = Track(resolve(self.inner, horizon, first, period))
        last = math.inf if self.times is None else first + self.times * period - 1

        def factor(k: Any) -> Any:
            # behind the last repetition, what ends it is held
            again = first + (k - first) % period
            held = first + period
            if isinstance(k, np.ndarray):
                return track(np.where(k > last, held, again))
            return track(held if k > last else again)

        again = (first + period - 1, first + period)
        end = track.tail if self.times else track(first + max(updates - 1, 0) % period)
        curve = curve_of(first, updates, factor, [track], end, *again)

        def before(k: int) -> int:
            whole, rest = divmod(k - first, period)
            return whole * track.warmup(first, first + period) + track.warmup(first, first + rest)

        return replace(curve, warmup=lambda start, stop: before(stop) - before(start))

    def _period(self, horizon: Horizon, at: int) -> int:
        period = natural_length(self.inner, horizon, at)
        if not period:
            why = "lasts no update" if period == 0 else "takes what is left of the run"
            raise ScheduleError(
                f"'{self.inner}' {why} and cannot be repeated; give each phase a length"
            )
        return period

    def __str__(self) -> str:
        return f"({self.inner}) repeated" + (f" {self.times}" if self.times else "")
