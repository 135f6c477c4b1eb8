"""Schedules changed from one point on: cut off, cooled down, faded out, or dipped."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from rampup.errors import ScheduleError
from rampup.schedule.combine import ChangedAt, curve_of, trunk
from rampup.schedule.plan import Curve, Track, resolve
from rampup.schedule.ramp import factor_of, has_ratio, share
from rampup.schedule.shapes import canonical, joining
from rampup.units import Horizon, Length


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(ChangedAt):
    """The schedule up to a point and no further; built by `Schedule.cut`.

    Args:
        at: how much of it is kept.
        to: factor behind it; None holds that of the last update kept.
    """

    at: Length
    to: float | None = None

    def __post_init__(self) -> None:
        if self.at.value == 0:
            raise ScheduleError(f"'{self.inner}' cut at {self.at} leaves nothing; keep some of it")
        if self.to is not None:
            object.__setattr__(self, "to", factor_of(self.to, "cut to"))

    def length_from(self, horizon: Horizon, first: int) -> int | None:
        """Return the updates that are kept."""
        return horizon.updates_in(self.at, first)

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run."""
        rest = max(horizon.updates - first, updates)
        track = trunk(self.inner, horizon, first, updates, rest)
        end = track.at(first + updates - 1) if self.to is None else self.to
        curve = curve_of(first, updates, track, [track], end)
        return replace(curve, high=max(curve.high, end))

    def __str__(self) -> str:
        to = "" if self.to is None else f" to {self.to!r}"
        return f"({self.inner}) cut {self.at}{to}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Falling(ChangedAt):
    """A schedule that from one point on falls to a factor.

    Args:
        at: where it begins to.
        over: how long it takes.
        shape: its curve.
        to: factor at its end, in [0, 1].
    """

    at: Length
    over: Length
    shape: str
    to: float

    word: ClassVar[str]
    """What it is called."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", canonical(self.shape))
        object.__setattr__(self, "to", share(self.to, f"{self.word} to"))
        if self.over.value == 0:
            raise ScheduleError(f"{self.word} over {self.over} does nothing; leave it out")
        has_ratio(self.shape, self.to, f"{self.word} to")

    @property
    def warmup_only(self) -> bool:
        """Whether it is nothing but warmup: it falls."""
        return False

    def length_from(self, horizon: Horizon, first: int) -> int | None:
        """Return the updates up to the end of the fall."""
        branch = horizon.updates_in(self.at, first)
        return branch + horizon.updates_in(self.over, first + branch)

    def _fall(
        self, first: int, updates: int, branch: int, track: Track, top: Callable[[Any], Any]
    ) -> Curve:
        """Return the curve that leaves `track` at `branch` and falls from `top(k)`."""
        over, join = first + updates - branch, joining(self.shape)

        def factor(k: Any) -> Any:
            p = np.clip((k - branch) / over, 0.0, 1.0)
            return np.where(k < branch, track(k), join(self.to, top(k), 1.0 - p, over))

        curve = curve_of(first, updates, factor, [track], self.to, branch)
        return replace(curve, high=max(curve.high, self.to))

    def __str__(self) -> str:
        said = f"at {self.at} over {self.over} {self.shape} to {self.to!r}"
        return f"({self.inner}) {self.word} {said}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cooldown(Falling):
    """The schedule up to a point, then a decay from there; built by `Schedule.cooldown`."""

    word: ClassVar = "cooldown"

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run."""
        before = horizon.updates_in(self.at, first)
        branch, rest = first + before, max(horizon.updates - first, updates)
        track = trunk(self.inner, horizon, first, before + 1, rest)
        top = track.at(branch)
        if self.to > top:
            raise ScheduleError(
                f"'{self}' would rise: its factor there is {top:g}; cool down to at most {top:g}"
            )
        curve = self._fall(first, updates, branch, track, lambda _k: top)
        return replace(curve, warmup=lambda start, stop: track.warmup(start, min(stop, branch)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Faded(Falling):
    """The schedule, whose height above a factor falls to nothing; built by `Schedule.faded`.

    Unlike in a cooldown, the schedule itself goes on meanwhile.
    """

    word: ClassVar = "faded"

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run."""
        branch = first + horizon.updates_in(self.at, first)
        rest = max(horizon.updates - first, updates)
        track = trunk(self.inner, horizon, first, updates, rest)
        # below the end of the fall there is no height to lose
        return self._fall(first, updates, branch, track, lambda k: np.maximum(track(k), self.to))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewarmed(ChangedAt):
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
        has_ratio(self.shape, self.start, "rewarmed from")

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run."""
        track = Track(resolve(self.inner, horizon, first, updates))
        dip = first + horizon.updates_in(self.at, first)
        over = horizon.updates_in(self.over, dip)
        if dip + over > first + updates:
            raise ScheduleError(
                f"'{self}' is back on its curve after {dip + over - first} updates, but lasts "
                f"only {updates}; dip earlier or climb faster"
            )
        start, join = self.start, joining(self.shape)

        def factor(k: Any) -> Any:
            p = np.clip((k - dip + 1) / over, 0.0, 1.0)
            climbing = (k >= dip) & (k < dip + over)
            return np.where(climbing, track(k) * join(start, 1.0, p, over), track(k))

        return curve_of(first, updates, factor, [track], track.tail, dip, dip - 1, dip + over)

    def __str__(self) -> str:
        dip = f"at {self.at} over {self.over} {self.shape} from {self.start!r}"
        return f"({self.inner}) rewarmed {dip}"
