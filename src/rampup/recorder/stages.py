"""The data flow of a loop that someone else wrote: what each step made of which rows."""

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

from rampup.recorder.numbers import same_numbers
from rampup.recorder.tables import MOST_CELLS, Table, table
from rampup.trace.record import Stage

SAMPLES: Final = 3
"""Rows that are shown where nobody says which."""


def stages(
    name: str, before: Any, after: Any, *, note: str, ids: Sequence[int] | None, number: int
) -> Iterator[Stage]:
    """Yield one stage, or one for each step where `after` is a list of steps.

    Args:
        name: of the stage; those of steps are `name: step`.
        before: data, rows first.
        after: data; a fitted scikit-learn `Pipeline`; a callable, a list of callables or an
            object with such a list as `transforms`; None where there is nothing but `before`.
            Steps work on a copy, and random numbers go on as if they had not been drawn.
        note: what was done, in words.
        ids: rows to show: positions, or the labels of a pandas index of whole numbers.
        number: of the first stage.
    """
    if after is None:
        yield _stage(number, name, None, table(before), note, ids)
        return
    steps = _steps(after)
    if steps is None:
        yield _stage(number, name, table(before), table(after), note, ids)
        return
    now = copy.deepcopy(before)
    seen = table(before)
    for at, (called, step, names_of) in enumerate(steps):
        with same_numbers():
            now = step(now)
        # a step may hand on what it got, changed in place
        made = copy.deepcopy(table(now, names_of()))
        title = f"{name}: {called}" if len(steps) > 1 else name
        yield _stage(number + at, title, seen, made, note or called, ids)
        seen = made


Step = tuple[str, Callable[[Any], Any], Callable[[], Sequence[str] | None]]


def _steps(after: Any) -> list[Step] | None:
    """Return the steps as (name, what it does, names of the columns that it makes), or None."""
    if isinstance(getattr(after, "steps", None), list) and hasattr(after, "named_steps"):
        return [
            (f"{name} ({type(step).__name__})", step.transform, _names_of(step))
            for name, step in after.steps
            if hasattr(step, "transform")
        ]
    if hasattr(after, "transform") and hasattr(after, "fit"):
        return [(type(after).__name__, after.transform, _names_of(after))]
    many = getattr(after, "transforms", after)
    if isinstance(many, list | tuple) and many and all(map(callable, many)):
        return [(_called(step), step, lambda: None) for step in many]
    if callable(after) and not hasattr(after, "shape"):
        return [(_called(after), after, lambda: None)]
    return None


def _names_of(step: Any) -> Callable[[], Sequence[str] | None]:
    def names() -> Sequence[str] | None:
        # many steps know no names, and each says so in its own way
        with suppress(Exception):
            return [str(name) for name in step.get_feature_names_out()]
        return None

    return names


def _called(step: Any) -> str:
    own = getattr(step, "__name__", "")
    return "a function" if own == "<lambda>" else own or type(step).__name__


def _stage(
    number: int,
    name: str,
    before: Table | None,
    after: Table,
    note: str,
    ids: Sequence[int] | None,
) -> Stage:
    first = after if before is None else before
    if ids is None:
        kept = set(after.ids)
        known = [one for one in first.ids if one in kept] if kept and first.ids else []
        ids = known[:SAMPLES] or (first.ids or [*range(first.rows)])[:SAMPLES]
    rows = after.sample(ids)
    missing = after.missing()
    return Stage(
        number=number,
        name=name,
        shape_in="" if before is None else before.shape,
        shape_out=after.shape,
        did=note or ("read" if before is None else f"{before.shape} became {after.shape}"),
        unit="row",
        before=[] if before is None else before.sample(ids),
        after=rows,
        notes=[*_notes(before, after, ids, [row["id"] for row in rows], missing)],
        facts={
            "rows": after.rows,
            "columns": len(after.columns),
            "missing": missing,
            "statistics": after.statistics(),
            "sha256": after.sha256(),
        },
    )


def _notes(
    before: Table | None,
    after: Table,
    asked: Sequence[int],
    shown: Sequence[int],
    missing: dict[str, int],
) -> Iterator[str]:
    if missing:
        total = sum(missing.values())
        where = ", ".join(f"{name}: {count}" for name, count in [*missing.items()][:8])
        more = f" and {len(missing) - 8} columns more" if len(missing) > 8 else ""
        yield f"{total} {'cell is' if total == 1 else 'cells are'} missing ({where}{more})"
    gone = [str(one) for one in asked if one not in shown]
    if gone:
        yield f"row{'' if len(gone) == 1 else 's'} {', '.join(gone)} {_is(gone)} not there"
    if before is not None and before.rows != after.rows:
        by = "" if before.ids and after.ids else "; rows are shown by position, so they may differ"
        yield f"{before.rows} rows became {after.rows}{by}"
    if len(after.columns) > MOST_CELLS:
        yield f"of {len(after.columns)} values in a row the first {MOST_CELLS} are shown"


def _is(many: Sequence[str]) -> str:
    return "is" if len(many) == 1 else "are"
