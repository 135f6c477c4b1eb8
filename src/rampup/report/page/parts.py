"""What each section of the page shows of a run, chosen so that it stays readable and small."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from rampup.report.page.cells import LONGEST_SENTENCE, cell, count, cut
from rampup.report.page.svg import bars
from rampup.report.page.table import Table, some, spread
from rampup.trace.record import Planned, Prediction, Probe, Row, Stage
from rampup.trace.story import Story

MOST_COLUMNS: Final = 20
"""Columns of a table of sample rows."""
MOST_GROUPS: Final = 40
MOST_LAYERS: Final = 120
MOST_CLASSES: Final = 10
MOST_VALUES: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One stage of the data flow, its words cut to a length."""

    name: str
    number: int
    shape_in: str
    shape_out: str
    did: str
    notes: Sequence[str]
    before: Table | None
    after: Table | None
    follows: bool
    """The rows before are those after an earlier stage, and not shown again."""


def steps(stages: Sequence[Stage]) -> list[Step]:
    """Return the stages of the data flow, in order."""
    found = []
    known: dict[int, dict[str, Any]] = {}
    for stage in stages:
        follows = bool(stage.before) and all(
            row["cells"].items() <= known.get(row["id"], {}).items() for row in stage.before
        )
        found.append(
            Step(
                name=cut(stage.name),
                number=stage.number,
                shape_in=cut(stage.shape_in, 200),
                shape_out=cut(stage.shape_out, 200),
                did=cut(stage.did, LONGEST_SENTENCE),
                notes=[cut(note, LONGEST_SENTENCE) for note in stage.notes[:20]],
                before=None if follows else _rows("Before", stage.unit, stage.before),
                after=_rows("After" if stage.before else "Sample", stage.unit, stage.after),
                follows=follows,
            )
        )
        known |= {row["id"]: row["cells"] for row in stage.after}
    return found


def _rows(title: str, unit: str, rows: Sequence[Row]) -> Table | None:
    if not rows:
        return None
    names = list(dict.fromkeys(name for row in rows for name in row["cells"]))
    shown = names if len(names) <= MOST_COLUMNS else [*names[: MOST_COLUMNS - 1], names[-1]]
    left = len(names) - len(shown)
    return Table(
        caption=f"{title}: {count(len(rows), unit)} followed",
        head=[unit, *(cut(name) for name in shown)],
        rows=[[cell(row["id"]), *(cell(row["cells"].get(n)) for n in shown)] for row in rows],
        note=f"{count(left, 'column')} before the last not shown." if left else "",
    )


def planned_shown(planned: Planned) -> list[int]:
    """Return the places of the epochs whose planned rates are shown."""
    return spread(len(planned.epochs), 60, ())


def planned_rates(planned: Planned) -> Table:
    """Return the first and the last rate of each epoch, as planned."""
    kept = planned_shown(planned)
    rows = [planned.epochs[place] for place in kept]
    return Table(
        caption="Planned rate of the first and the last update of each epoch",
        head=["epoch", "first update", "last update"],
        rows=[[cell(row["epoch"]), cell(row["first"], 6), cell(row["last"], 6)] for row in rows],
        note=some(len(kept), len(planned.epochs), "epoch"),
    )


def group_rates(story: Story) -> Table | None:
    """Return what rates each parameter group used, or None where all used the first one's."""
    columns = story.columns
    if not columns.groups:
        return None
    kept = spread(columns.groups, MOST_GROUPS, ())
    rows = []
    for group in kept:
        rates = columns.of_group(group)
        used = rates.numbers[rates.measured].tolist() or [math.nan]
        three = (used[0], rates.highest, used[-1])
        rows.append([str(group), *(cell(rate, 6) for rate in three)])
    return Table(
        caption="Rate that each parameter group used",
        head=["group", "first update", "highest", "last update"],
        rows=rows,
        note=some(len(kept), columns.groups, "group"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """A prediction, layer by layer to the label."""

    row: int
    table: Table
    likely: Sequence[tuple[str, str, float]]
    """Label, probability in words, and as a number from 0 to 1."""
    others: str
    predicted: str
    label: str | None
    right: bool
    notes: Sequence[str]


def predicted(event: Prediction) -> Predicted:
    """Return one row through the model."""
    rows = []
    for layer in event.layers[:MOST_LAYERS]:
        named = layer["name"].lower() != layer["kind"].lower()
        first = "  ".join(cell(value, 3) for value in layer["values"][:MOST_VALUES])
        more = " …" if math.prod(layer["shape"]) > MOST_VALUES else ""
        rows.append(
            [
                cut(f"{layer['kind']} ({layer['name']})" if named else layer["kind"]),
                " × ".join(map(str, layer["shape"])),
                bars(layer["values"]),
                first + more,
                f"{cell(layer['mean'], 3)} ± {cell(layer['std'], 3)}",
                f"{cell(layer['least'], 3)} … {cell(layer['most'], 3)}",
            ]
        )
    ranked = sorted(event.probabilities.items(), key=lambda item: -item[1])
    left = len(ranked) - MOST_CLASSES
    return Predicted(
        row=event.row,
        table=Table(
            caption=f"Row {event.row:,} through the model, layer by layer",
            head=["layer", "shape", "picture", "first values", "mean ± std", "least … most"],
            rows=rows,
            note=some(len(rows), len(event.layers), "layer"),
        ),
        likely=[
            (cut(name), f"{p:.2%}", p if 0 <= p <= 1 else 0.0) for name, p in ranked[:MOST_CLASSES]
        ],
        others=f"{count(left, 'other class')} less likely." if left > 0 else "",
        predicted=cut(event.predicted),
        label=None if event.label is None else cut(event.label),
        right=event.label == event.predicted,
        notes=[cut(note, LONGEST_SENTENCE) for note in event.notes[:20]],
    )


def probes(story: Story) -> Table | None:
    """Return what the closer looks at the model found, or None where there was none."""
    found = story.all(Probe)
    if not found:
        return None
    kept = spread(len(found), 40, ())
    rows = []
    for probe in (found[place] for place in kept):
        dead = [(unit["dead"], unit["name"]) for unit in probe.layers if unit["dead"] is not None]
        most = max(dead, default=None)
        rows.append(
            [
                cell(probe.k),
                cell(probe.rate),
                cell(probe.critical_rate),
                cell(len(probe.layers)),
                cell(None) if most is None else cut(f"{most[0]:.1%} in {most[1]}"),
            ]
        )
    return Table(
        caption="Closer looks at the model",
        head=["updates done", "next rate", "critical rate", "layers", "most dead units"],
        rows=rows,
        note=some(len(kept), len(found), "look"),
    )
