"""What each section of the page shows of a run, chosen so that it stays readable and small."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from markupsafe import Markup

from rampup.report.page.cells import LONGEST_SENTENCE, cell, count, cut, percent
from rampup.report.page.source import Story
from rampup.report.page.svg import bars
from rampup.trace.record import Epoch, Observation, Planned, Prediction, Row, Stage

MOST_COLUMNS: Final = 20
"""Columns of a table of sample rows."""
MOST_EPOCHS: Final = 120
"""Rows of the training table, beside those that an observation speaks of."""
MOST_OBSERVATIONS: Final = 80
MOST_LAYERS: Final = 120
MOST_CLASSES: Final = 10
MOST_VALUES: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of cells as text.

    Args:
        caption: what it shows.
        head: names of the columns, the first that of the rows.
        rows: the cells.
        note: what was left out, or "".
    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str | Markup]]
    note: str = ""


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
    return _spread(len(planned.epochs), 60, ())


def planned_rates(planned: Planned) -> Table:
    """Return the first and the last rate of each epoch, as planned."""
    kept = planned_shown(planned)
    rows = [planned.epochs[place] for place in kept]
    return Table(
        caption="Planned rate of the first and the last update of each epoch",
        head=["epoch", "first update", "last update"],
        rows=[[cell(row["epoch"]), cell(row["first"], 6), cell(row["last"], 6)] for row in rows],
        note=_some(len(kept), len(planned.epochs), "epoch"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """One row of the training table.

    Args:
        epoch: its number.
        cells: the other cells.
        said: places of the observations about it, counted from 1.
    """

    epoch: int
    cells: Sequence[str]
    said: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One observation: its sentence, its rule, its span and the epoch that shows it."""

    place: int
    rule: str
    sentence: str
    span: str
    epoch: int | None


TRAINED: Final = (
    "updates done", "rate used", "train loss", "train accuracy", "held-out loss",
    "held-out accuracy", "gradient norm",
)  # fmt: skip


def observed(story: Story) -> tuple[list[Observation], str]:
    """Return the observations that are shown, in order, and what is left out.

    Where there are too many, rules that speak seldom come first, and of the others the first and
    the last, and the rest evenly between them.
    """
    all_of_them = story.observations
    if len(all_of_them) <= MOST_OBSERVATIONS:
        return all_of_them, ""
    rules = Counter(one.rule for one in all_of_them)
    room, kept = MOST_OBSERVATIONS, set[int]()
    for place, rule in enumerate(sorted(rules, key=lambda name: rules[name])):
        places = [i for i, one in enumerate(all_of_them) if one.rule == rule]
        share = max(room // (len(rules) - place), 2)
        chosen = [places[i] for i in _spread(len(places), share, ())]
        kept.update(chosen)
        room -= len(chosen)
    note = _some(len(kept), len(all_of_them), "observation")
    return [all_of_them[place] for place in sorted(kept)], note


def epochs_shown(story: Story, shown: Iterable[Observation]) -> tuple[list[Epoch], str]:
    """Return the epochs that are shown, in order, and what is left out."""
    must = {place for one in shown if (place := _epoch_of(story, one)) is not None}
    for losses in (
        [epoch.held_out_loss for epoch in story.epochs],
        [epoch.train_loss for epoch in story.epochs],
    ):
        values = np.array(losses, dtype=np.float64)
        if np.isfinite(values).any():
            must |= {int(np.nanargmin(values)), int(np.nanargmax(values))}
    kept = _spread(len(story.epochs), MOST_EPOCHS, must)
    note = _some(len(kept), len(story.epochs), "epoch")
    if note:
        note += " The epochs with the highest and the lowest losses are among them."
    return [story.epochs[place] for place in kept], note


def training(story: Story) -> tuple[list[Trained], str, list[Said], str]:
    """Return the training table and the observations, each with its note."""
    shown, more = observed(story)
    epochs, left_out = epochs_shown(story, shown)
    said, about = [], dict[int, list[int]]()
    for place, one in enumerate(shown, 1):
        at = _epoch_of(story, one)
        number = None if at is None else story.epochs[at].epoch
        span = f"{one.first:,}" if one.first == one.last else f"{one.first:,} – {one.last:,}"
        sentence = cut(one.sentence, LONGEST_SENTENCE)
        said.append(Said(place=place, rule=one.rule, sentence=sentence, span=span, epoch=number))
        if number is not None:
            about.setdefault(number, []).append(place)
    rows = [Trained(epoch=e.epoch, cells=_trained(e), said=about.get(e.epoch, ())) for e in epochs]
    return rows, left_out, said, more


def _trained(epoch: Epoch) -> list[str]:
    first, last = epoch.rate_first, epoch.rate_last
    rate = cell(first) if first == last else f"{cell(first)} → {cell(last)}"
    return [
        cell(epoch.updates),
        rate,
        cell(epoch.train_loss),
        percent(epoch.train_accuracy),
        cell(epoch.held_out_loss),
        percent(epoch.held_out_accuracy),
        cell(epoch.grad_norm),
    ]


def _epoch_of(story: Story, one: Observation) -> int | None:
    """Return the place of the epoch in which the span of an observation ends."""
    ends = [epoch.updates for epoch in story.epochs]
    low = int(np.searchsorted(ends, one.last, side="left" if one.last == 0 else "right"))
    return low if low < len(ends) else None


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
            note=_some(len(rows), len(event.layers), "layer"),
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
    if not story.probes:
        return None
    kept = _spread(len(story.probes), 40, ())
    rows = []
    for probe in (story.probes[place] for place in kept):
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
        note=_some(len(kept), len(story.probes), "look"),
    )


def _spread(size: int, most: int, must: Iterable[int]) -> list[int]:
    """Return `most` places evenly from 0 to `size` − 1, both among them, and those that must be."""
    if size <= most:
        return list(range(size))
    even = {round(i * (size - 1) / (most - 1)) for i in range(most)}
    return sorted(even | set(must))


def _some(shown: int, of: int, noun: str) -> str:
    return f"Shown are {shown:,} of {count(of, noun)}." if shown < of else ""
