"""Schedules changed from one point on: a cooldown that branches off, a dip that climbs back."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rampup.errors import ScheduleError
from rampup.schedule.combine import Changed, Staircase, curve_of
from rampup.schedule.phase import Phase
from rampup.schedule.plan import Curve, Track, natural_length, resolve
from rampup.schedule.ramp import has_ratio, share
from rampup.schedule.schedule import Schedule
from rampup.schedule.shapes import canonical, joining
from rampup.units import Horizon, Length


@dataclass(frozen=True, slots=True, kw_only=True)
class Cooldown(Changed):
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
        has_ratio(self.shape, self.to, "cooldown to")

    def per_epoch(self) -> Phase:
        """Return the staircase of it."""
        return Staircase(inner=Schedule((replace(self, inner=self.inner.per_epoch()),)))

    def length_from(self, horizon: Horizon, first: int) -> int | None:
        """Return the updates up to the end of the decay."""
        branch = horizon.updates_in(self.at, first)
        return branch + horizon.updates_in(self.over, first + branch)

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run."""
        branch = first + horizon.updates_in(self.at, first)
        over = first + updates - branch
        # the trunk may be longer than what is used of it
        whole = natural_length(self.inner, horizon, first)
        room = max(horizon.updates - first, updates) if whole is None else max(whole, 1)
        track = Track(resolve(self.inner, horizon, first, room))
        top, join = track.at(branch), joining(self.shape)
        if self.to > top:
            raise ScheduleError(
                f"'{self}' would rise: its factor there is {top:g}; cool down to at most {top:g}"
            )

        def factor(k: Any) -> Any:
            p = np.clip((k - branch) / over, 0.0, 1.0)
            return np.where(k < branch, track(k), join(self.to, top, 1.0 - p, over))

        curve = curve_of(first, updates, factor, [track], self.to, branch)
        return replace(curve, warmup=min(curve.warmup, branch - first))

    def __str__(self) -> str:
        return f"({self.inner}) cooldown at {self.at} over {self.over} {self.shape} to {self.to!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewarmed(Changed):
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

    def per_epoch(self) -> Phase:
        """Return the staircase of it."""
        return Staircase(inner=Schedule((replace(self, inner=self.inner.per_epoch()),)))

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
