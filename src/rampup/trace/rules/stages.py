"""Rules about the data flow: what a stage says that it did, against the rows it shows."""

import math
import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any, Final, TypeGuard

from rampup.trace.rules.rule import Found, Rule, Seen

_STANDARDISED: Final = re.compile(r"normali[sz]|standardi[sz]|z-?scor|unit variance", re.IGNORECASE)
_OURS: Final = "(x − mean) / std"


def _order(seen: Seen, _limit: float) -> Iterator[Found]:
    """Find the first pair of rows that standardising would keep in order, and that is reversed."""
    stage = seen.stages[-1]
    text = f"{stage.name} {stage.did}"
    if not _STANDARDISED.search(text) and _OURS not in text:
        return
    after = {row["id"]: row["cells"] for row in stage.after}
    pairs = [(row, after[row["id"]]) for row in stage.before if row["id"] in after]
    for name in pairs[0][0]["cells"] if pairs else ():
        for (a, a_after), (b, b_after) in combinations(pairs, 2):
            x, y, u, v = (cells.get(name) for cells in (a["cells"], b["cells"], a_after, b_after))
            if _number(x) and _number(y) and _number(u) and _number(v) and (y - x) * (v - u) < 0:
                numbers = {"x": x, "y": y, "u": u, "v": v, "a": a["id"], "b": b["id"]}
                yield Found(numbers={**numbers, "stage": stage.number, "column": name})
                break


def _number(cell: Any) -> TypeGuard[float]:
    return isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell)


def _first_rate(seen: Seen, _limit: float) -> Iterator[Found]:
    """Compare the rates that a stage shows with those that the plan has for the same updates."""
    plan = seen.plan
    if plan is None:
        return
    planned = {(row["epoch"] - 1) * plan.updates_per_epoch: row["first"] for row in plan.epochs}
    for stage in seen.stages:
        for row in stage.after if stage.unit == "update" else ():
            shown, other = row["cells"].get("rate"), planned.get(row["id"])
            if other is None or shown is None or not _number(shown) or not _number(other):
                continue
            if not math.isclose(shown, other, rel_tol=1e-6, abs_tol=1e-12):
                yield Found(
                    numbers={"stage": stage.number, "k": row["id"], "shown": shown, "other": other},
                    first=row["id"],
                    last=row["id"],
                )
                return


STAGES: Final = (
    Rule(
        id="order-reversed",
        at="stage",
        reads="rows before and after a stage that says it normalises",
        find=_order,
        says={
            "": "stage {stage} reverses the order in column {column!r}: rows {a} and {b} have "
            "{x:g} and {y:g} before, {u:g} and {v:g} after, which no standardisation does"
        },
    ),
    Rule(
        id="plan-contradicted",
        at="plan",
        reads="rates that a stage shows for an update, rates planned for the same update",
        find=_first_rate,
        says={
            "": "stage {stage} shows the rate {shown:g} for update {k}, but {other:g} is planned"
        },
    ),
)
