"""What a `RampupLR` saves, and what is said when it does not match."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isclose
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from rampup.errors import StateError
from rampup.scheduler.changes import Stretch
from rampup.scheduler.course import VERSION, Course

MISMATCH: Final = ("error", "checkpoint", "code", "stretch")

_KEYS: Final = ("version", "updates", "bases", "horizon", "schedules", "joined", "changes")
_MOST_ROWS: Final = 20

_SAME: Final = 1e-6
"""Bases closer than this are one number, once held in float32."""


def must_be_state(saved: Any) -> None:
    """Refuse what is no state of a `RampupLR`, or of a newer version.

    Raises:
        StateError: with what is wrong.
    """
    must_hold(saved, _KEYS, "a RampupLR")
    version = saved["version"]
    if type(version) is not int or not 1 <= version <= VERSION:
        raise StateError(
            f"the state has version {version!r}, but this rampup reads up to {VERSION}; "
            "update rampup"
        )
    try:
        Saved.model_validate(saved)
    except ValidationError as error:
        found = error.errors()[0]
        where = ".".join(str(part) for part in found["loc"][:2])
        raise StateError(
            f"the state's {where} is {found['input']!r:.60}, which cannot be read; "
            "the checkpoint is damaged"
        ) from None


def must_hold(saved: Any, keys: Iterable[str], saver: str) -> None:
    """Refuse what is no state with these keys, a count of updates among them.

    Args:
        saved: what was given.
        keys: what it must hold.
        saver: what saves such a state.

    Raises:
        StateError: with what is wrong.
    """
    if not isinstance(saved, dict):
        raise StateError(
            f"a scheduler state is a dict, not {saved!r:.40}; pass what state_dict() returned"
        )
    missing = sorted(set(keys) - saved.keys())
    if missing:
        raise StateError(
            f"the state holds no {', '.join(missing)}; it was not saved by {saver}, "
            "load it into the scheduler that saved it"
        )
    position = saved["updates"]
    if isinstance(position, bool) or not isinstance(position, int) or position < 0:
        raise StateError(f"the state says {position!r} updates were done; that is no count")


class Saved(BaseModel):
    """The form of a saved state."""

    model_config = ConfigDict(strict=True)

    used: list[float] | None = None
    bases: list[dict[str, float]]
    horizon: dict[str, Any]
    schedules: dict[str, str | list[str]]
    warm_new_groups: str | None = None
    joined: list[int]
    changes: list[dict[str, Any]]
    plateau: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing on which a checkpoint and the code disagree.

    Args:
        part: `"groups"`, `"base"`, `"schedule"`, `"horizon"`, `"updates"` or `"curve"`.
        what: the row's name.
        saved: what the checkpoint says.
        ours: what the code says.
    """

    part: str
    what: str
    saved: Any
    ours: Any


def differences(saved: dict[str, Any], ours: dict[str, Any], end: int) -> list[Difference]:
    """Return where a checkpoint and the code disagree; positions and changes may differ.

    Args:
        saved: the state from the checkpoint.
        ours: the state of the scheduler that loads it.
        end: updates in the checkpoint's run after all that was done to it.
    """
    found = []
    counts = len(saved["bases"]), len(ours["bases"])
    if counts[0] != counts[1]:
        found.append(Difference("groups", "groups", *counts))
    for key, mine in ours["horizon"].items():
        theirs = saved["horizon"].get(key)
        if key == "updates" and end == mine:
            continue  # the run was changed to what the code says now
        if theirs != mine:
            part, what = ("updates", "updates of the run") if key == "updates" else ("horizon", key)
            found.append(Difference(part, what, theirs, mine))
    for index, (theirs, mine) in enumerate(zip(saved["bases"], ours["bases"], strict=False)):
        for name in sorted(theirs.keys() | mine.keys()):
            pair = theirs.get(name), mine.get(name)
            if None in pair or not isclose(*pair, rel_tol=_SAME):
                found.append(Difference("base", f"group {index} base {name}", *pair))
    for name in sorted(saved["schedules"].keys() | ours["schedules"].keys()):
        pair = saved["schedules"].get(name), ours["schedules"].get(name)
        if pair[0] == pair[1]:
            continue
        if None in pair or all(isinstance(side, str) for side in pair):
            found.append(Difference("schedule", f"{name} follows", *pair))
            continue
        each = [[side] * min(counts) if isinstance(side, str) else side for side in pair]
        found += [
            Difference("schedule", f"group {index} {name} follows", texts[0], texts[1])
            for index, texts in enumerate(zip(each[0], each[1], strict=False))
            if texts[0] != texts[1]
        ]
    warm_new = saved.get("warm_new_groups"), ours["warm_new_groups"]
    if warm_new[0] != warm_new[1]:
        found.append(Difference("schedule", "warm_new_groups", *warm_new))
    if not found and saved["horizon"] == ours["horizon"]:
        prints = saved.get("fingerprint"), ours["fingerprint"]
        if prints[0] != prints[1]:
            found.append(Difference("curve", "curve, by its hash", *prints))
    return found


def disagreement(found: list[Difference], remedy: str) -> StateError:
    """Return the error that shows both sides in two columns.

    Args:
        found: at least one difference.
        remedy: what can be done.
    """
    rows = [("", "checkpoint", "code")]
    rows += [(d.what, _shown(d.saved), _shown(d.ours)) for d in found[:_MOST_ROWS]]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    table = "\n".join("  ".join(["", *map(str.ljust, row, widths)]).rstrip() for row in rows)
    if len(found) > _MOST_ROWS:
        table += f"\n  and {len(found) - _MOST_ROWS} more"
    return StateError(f"the checkpoint disagrees with the code:\n{table}\n{remedy}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """What a scheduler goes on with after a state was loaded.

    Args:
        course: its course.
        bases: for each group, the value of each hyper-parameter at factor 1.
        heard: what a plateau has heard so far.
    """

    course: Course
    bases: list[dict[str, float]]
    heard: dict[str, Any] | None


def resumed(
    saved: dict[str, Any], ours: dict[str, Any], course: Course, on_mismatch: str
) -> Resumed:
    """Return what a scheduler goes on with, or refuse the state.

    Args:
        saved: the state from the checkpoint.
        ours: the state of the scheduler that loads it.
        course: its course.
        on_mismatch: who wins where they disagree, see `MISMATCH`.

    Raises:
        StateError: it is no state, or they disagree and nobody may win.
    """
    must_be_state(saved)
    try:
        theirs = course.resumed(saved)
        end = theirs.end
    except StateError:
        if on_mismatch != "code" and not differences(saved, ours, 0):
            raise
        theirs, end = course, 0
    found = differences(saved, ours, end)
    if not found or on_mismatch == "checkpoint":
        _refuse(
            [d for d in found if d.part in ("groups", "curve")],
            "a checkpoint cannot bring that along; build the scheduler as it was saved",
        )
        if found:
            theirs = course.taken_from(saved)
        bases = [dict(bases) for bases in saved["bases"]]
        return Resumed(course=theirs, bases=bases, heard=saved.get("plateau"))
    if on_mismatch == "code":
        return Resumed(course=course.afresh(), bases=ours["bases"], heard=None)
    if on_mismatch == "stretch":
        _refuse(
            [d for d in found if d.part != "updates"],
            "on_mismatch='stretch' settles another number of updates alone; "
            "build the scheduler as it was saved",
        )
        stretch = Stretch(at=saved["updates"], updates=course.horizon.updates)
        return Resumed(course=theirs.changed(stretch), bases=ours["bases"], heard=None)
    raise disagreement(
        found,
        "build the scheduler as it was saved, or say with on_mismatch=… whether "
        "'checkpoint' or 'code' holds, or 'stretch' the rest",
    )


def _shown(side: Any) -> str:
    return "—" if side is None else str(side)


def _refuse(found: list[Difference], remedy: str) -> None:
    if found:
        raise disagreement(found, remedy)
