"""A schedule as it is on a run of its own, whatever run it is part of."""

from dataclasses import dataclass, replace
from typing import Any

from rampup.errors import ScheduleError
from rampup.schedule.combine import Changed, curve_of
from rampup.schedule.plan import Curve, Track, resolve
from rampup.units import Horizon


@dataclass(frozen=True, slots=True, kw_only=True)
class Within(Changed):
    """The schedule on a run of so many updates; built by `Schedule.within`.

    Args:
        updates: in that run, ≥ 1; it lasts as long.
    """

    updates: int

    def __post_init__(self) -> None:
        if isinstance(self.updates, bool) or not isinstance(self.updates, int) or self.updates < 1:
            raise ScheduleError(
                f"within {self.updates!r}: a run has a whole number of updates ≥ 1"
            )

    def length_from(self, horizon: Horizon, first: int) -> int:  # noqa: ARG002
        """Return the updates of that run, stretched as all lengths are."""
        return round(self.updates * horizon.stretch)

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:  # noqa: ARG002
        """Return its curve on a run."""
        run = replace(horizon, updates=self.updates)
        track = Track(resolve(self.inner, run, first, self.length_from(horizon, first)))
        return curve_of(first, updates, track, [track], track.tail)

    def __str__(self) -> str:
        return f"({self.inner}) within {self.updates}up"
