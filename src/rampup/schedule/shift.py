"""Schedules moved in time: delayed by some updates, or begun part of the way through."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rampup.errors import ScheduleError
from rampup.schedule.combine import Changed, Staircase, curve_of
from rampup.schedule.phase import Phase
from rampup.schedule.plan import Curve, Track, natural_length, resolve
from rampup.schedule.schedule import Schedule
from rampup.units import Horizon, Length


@dataclass(frozen=True, slots=True, kw_only=True)
class Delayed(Changed):
    """Every update uses what an earlier one would have; built by `Schedule.delayed`.

    It lasts as long as the schedule itself, whose last updates are therefore not used.

    Args:
        by: how much later each factor is used; until then the first one is.
    """

    by: Length

    def per_epoch(self) -> Phase:
        """Return the staircase of it."""
        return Staircase(inner=Schedule((replace(self, inner=self.inner.per_epoch()),)))

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run."""
        by = horizon.updates_in(self.by, first)
        track = Track(resolve(self.inner, horizon, first, updates))

        def factor(k: Any) -> Any:
            if isinstance(k, np.ndarray):
                return track(np.maximum(k - by, first))
            return track(max(k - by, first))

        marks = [k + by for k in track.marks]
        return curve_of(first, updates, factor, [track], track.tail, *marks)

    def __str__(self) -> str:
        return f"({self.inner}) delayed {self.by}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Since(Changed):
    """The schedule without its first updates; built by `Schedule.since`.

    Args:
        at: how much of its beginning is left out.
    """

    at: Length

    def per_epoch(self) -> Phase:
        """Return the staircase of it."""
        return replace(self, inner=self.inner.per_epoch())

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
        track = Track(resolve(self.inner, horizon, first, whole or updates + at))
        marks = [k - at for k in track.marks]
        curve = curve_of(first, updates, lambda k: track(k + at), [track], track.tail, *marks)
        return replace(curve, warmup=max(curve.warmup - at, 0))

    def __str__(self) -> str:
        return f"({self.inner}) since {self.at}"
