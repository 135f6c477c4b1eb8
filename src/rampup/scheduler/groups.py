"""Which parameter group follows which schedule."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from rampup.errors import ScheduleError, StateError, nearest
from rampup.schedule.schedule import Schedule
from rampup.schedule.text import parse
from rampup.scheduler.hyper import Group
from rampup.units import plain

ByGroup = Mapping[str | int, Schedule | str]
"""Group index, or pattern of parameter names such as `"backbone.*"` → schedule or its text."""


def as_schedule(schedule: Any) -> Schedule:
    """Return a schedule, or the one that a text says.

    Raises:
        ScheduleError: it is neither.
    """
    if isinstance(schedule, str):
        schedule = parse(schedule)
    if not isinstance(schedule, Schedule):
        raise ScheduleError(
            f"{schedule!r} is no schedule; pass warmup(…) >> …, or its text 'warmup 5ep >> …'"
        )
    return schedule


class GroupSchedules:
    """The schedule of each group.

    Args:
        default: what the groups follow that nothing else names; None leaves none.
        by_group: group index or pattern → schedule; of two patterns the first one counts.
        groups: of the optimizer, against which each entry must match.

    Raises:
        ScheduleError: an entry matches no group, or only a part of one.
        StateError: a pattern is given, but the groups have no names.
    """

    def __init__(
        self, default: Schedule | None, by_group: ByGroup | None, groups: list[Group]
    ) -> None:
        self.default = default
        self._by_group = {plain(key): as_schedule(value) for key, value in (by_group or {}).items()}
        for key in self._by_group:
            self._must_match(key, groups)

    def of(self, index: int, group: Group) -> Schedule:
        """Return the schedule of a group.

        Raises:
            ScheduleError: there is none.
        """
        if index in self._by_group:
            return self._by_group[index]
        for key, schedule in self._by_group.items():
            if isinstance(key, str) and _matches(key, index, group):
                return schedule
        if self.default is None:
            names = ", ".join(_names(group)[:3])
            raise ScheduleError(
                f"group {index}{f' ({names} …)' if names else ''} follows no schedule; "
                "name it in groups=…, or pass a schedule for all others"
            )
        return self.default

    def _must_match(self, key: Any, groups: list[Group]) -> None:
        if isinstance(key, int) and not isinstance(key, bool):
            if not 0 <= key < len(groups):
                raise ScheduleError(
                    f"groups names group {key}, but the optimizer has groups 0 to {len(groups) - 1}"
                )
            return
        if not isinstance(key, str):
            raise ScheduleError(
                f"groups names {key!r}; name a group by its index or by a pattern of parameter "
                "names, such as 'backbone.*'"
            )
        if any(_matches(key, index, group) for index, group in enumerate(groups)):
            return
        known = [name for group in groups for name in _names(group)]
        raise ScheduleError(f"groups names {key!r}, which is no parameter; {nearest(key, known)}")


def _matches(pattern: str, index: int, group: Group) -> bool:
    names = _names(group)
    if not names:
        raise StateError(
            f"groups names {pattern!r}, but group {index} has no parameter names; build the "
            "optimizer from model.named_parameters(), or name the group by its index"
        )
    found = [name for name in names if fnmatchcase(name, pattern)]
    if found and len(found) < len(names):
        other = next(name for name in names if name not in found)
        raise ScheduleError(
            f"{pattern!r} names {found[0]!r} but not {other!r}, which share group {index} and so "
            "one rate; put them into groups of their own"
        )
    return bool(found)


def _names(group: Group) -> list[str]:
    """Return the names of a group's parameters, as torch keeps them, or its own."""
    return list(group.get("param_names") or ([group["name"]] if "name" in group else []))
