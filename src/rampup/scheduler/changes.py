"""What is done to a schedule while it runs, as data, so that a resume can do it again."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Final

from rampup.errors import ScheduleError, StateError
from rampup.schedule.plateau import drop
from rampup.schedule.schedule import Schedule
from rampup.units import Horizon, Length


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(ABC):
    """Something done to the schedules of a run when `at` updates were done."""

    kind: ClassVar[str]
    at: int

    @abstractmethod
    def apply(self, schedule: Schedule, horizon: Horizon) -> tuple[Schedule, Horizon]:
        """Return the schedule and the run as they are from then on."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        return {"kind": self.kind, **asdict(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CoolDown(Change):
    """The schedule ends here, in a decay. A run that is shorter is lengthened to its end."""

    kind: ClassVar[str] = "cooldown"
    over: str
    shape: str
    to: float

    def apply(self, schedule: Schedule, horizon: Horizon) -> tuple[Schedule, Horizon]:
        """Return the schedule that cools down, and the run that is long enough."""
        end = self.at + horizon.updates_in(Length.of(self.over), self.at)
        if end > horizon.updates:
            schedule = schedule.on(horizon.updates)
            horizon = replace(horizon, updates=end)
        over = f"{end - self.at}up"  # a percentage was one of the run as it was
        return schedule.cooldown(self.at, over, self.shape, self.to), horizon


@dataclass(frozen=True, slots=True, kw_only=True)
class ReWarm(Change):
    """The rate dips here and climbs back to the same schedule."""

    kind: ClassVar[str] = "rewarm"
    over: str
    shape: str
    start: float

    def apply(self, schedule: Schedule, horizon: Horizon) -> tuple[Schedule, Horizon]:
        """Return the schedule with the dip, on the same run."""
        return schedule.rewarmed(self.at, self.over, self.shape, self.start), horizon


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch(Change):
    """What is left of the schedule takes until a new end of the run."""

    kind: ClassVar[str] = "stretch"
    updates: int

    def apply(self, schedule: Schedule, horizon: Horizon) -> tuple[Schedule, Horizon]:
        """Return the schedule with its rest stretched, and the new run."""
        if self.updates == horizon.updates:
            return schedule, horizon
        if "plateau" in str(schedule):
            raise ScheduleError(
                f"'{schedule}' waits for a metric, so there is no rest of it to stretch; "
                "build the scheduler with the updates of the whole run"
            )
        left, given = horizon.updates - self.at, self.updates - self.at
        if left < 1 or given < 1:
            raise ScheduleError(
                f"a run of {horizon.updates} updates cannot be stretched to {self.updates} after "
                f"{self.at}: both ends must lie ahead"
            )
        old = schedule.on(horizon.updates)
        rest = old
        if left != given:
            whole = round(horizon.updates * given / left)
            rest = old.stretched(whole).since(whole - given)
        rest = rest if self.at else old.stretched(given)
        stretched = old.cut(self.at) >> rest if self.at else rest
        return stretched, replace(horizon, updates=self.updates)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop(Change):
    """A plateau drops here. Drops are done before all else: they are part of the schedule."""

    kind: ClassVar[str] = "drop"

    def apply(self, schedule: Schedule, horizon: Horizon) -> tuple[Schedule, Horizon]:
        """Return the schedule whose plateau has dropped, on the same run."""
        return drop(schedule, horizon, self.at), horizon


CHANGES: Final[dict[str, type[Change]]] = {c.kind: c for c in (CoolDown, ReWarm, Stretch, Drop)}


def changes_from(saved: Iterable[dict[str, Any]]) -> tuple[Change, ...]:
    """Return the changes that `to_dict` wrote.

    Raises:
        StateError: one of them is none.
    """
    changes = []
    for change in saved:
        try:
            options = {key: value for key, value in change.items() if key != "kind"}
            changes.append(CHANGES[change["kind"]](**options))
        except (AttributeError, KeyError, TypeError):
            raise StateError(f"the state's change {change!r} cannot be read") from None
    return tuple(changes)
