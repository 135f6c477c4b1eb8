"""The training table, epoch by epoch, and what was observed of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from rampup.report.page.cells import LONGEST_SENTENCE, NOTHING, cell, count, cut, percent
from rampup.report.page.table import some, spread
from rampup.trace.record import Epoch, Observation
from rampup.trace.story import Story

MOST_EPOCHS: Final = 120
"""Rows of the training table, beside those that an observation speaks of."""
MOST_METRICS: Final = 20
MOST_OBSERVATIONS: Final = 80


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


def observed(story: Story) -> tuple[list[Observation], str]:
    """Return the observations that are shown, in order, and what is left out.

    Where there are too many, rules that speak seldom come first, and of the others the first and
    the last, and the rest evenly between them.
    """
    all_of_them = story.all(Observation)
    if len(all_of_them) <= MOST_OBSERVATIONS:
        return all_of_them, ""
    rules = Counter(one.rule for one in all_of_them)
    room, kept = MOST_OBSERVATIONS, set[int]()
    for place, rule in enumerate(sorted(rules, key=lambda name: rules[name])):
        places = [i for i, one in enumerate(all_of_them) if one.rule == rule]
        share = max(room // (len(rules) - place), 2)
        chosen = [places[i] for i in spread(len(places), share, ())]
        kept.update(chosen)
        room -= len(chosen)
    note = some(len(kept), len(all_of_them), "observation")
    return [all_of_them[place] for place in sorted(kept)], note


def epochs_shown(story: Story, shown: Iterable[Observation]) -> tuple[list[Epoch], str]:
    """Return the epochs that are shown, in order, and what is left out."""
    epochs = story.all(Epoch)
    must = {place for one in shown if (place := _epoch_of(epochs, one)) is not None}
    for losses in ([one.held_out_loss for one in epochs], [one.train_loss for one in epochs]):
        values = np.array(losses, dtype=np.float64)
        if np.isfinite(values).any():
            must |= {int(np.nanargmin(values)), int(np.nanargmax(values))}
    kept = spread(len(epochs), MOST_EPOCHS, must)
    note = some(len(kept), len(epochs), "epoch")
    if note:
        note += " The epochs with the highest and the lowest losses are among them."
    return [epochs[place] for place in kept], note


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """The training table and the observations, each with what was left out of it.

    Args:
        head: names of the columns between the epoch's number and what was observed.
        rows: the epochs.
        note: on the epochs and columns left out, or "".
        said: the observations.
        said_note: on those left out, or "".
    """

    head: Sequence[str]
    rows: Sequence[Trained]
    note: str
    said: Sequence[Said]
    said_note: str


def training(story: Story) -> Training:
    """Return the training table and the observations."""
    shown, more = observed(story)
    epochs, left_out = epochs_shown(story, shown)
    all_of_them = story.all(Epoch)
    said, about = [], dict[int, list[int]]()
    for place, one in enumerate(shown, 1):
        at = _epoch_of(all_of_them, one)
        number = None if at is None else all_of_them[at].epoch
        span = f"{one.first:,}" if one.first == one.last else f"{one.first:,} – {one.last:,}"
        sentence = cut(one.sentence, LONGEST_SENTENCE)
        said.append(Said(place=place, rule=one.rule, sentence=sentence, span=span, epoch=number))
        if number is not None:
            about.setdefault(number, []).append(place)
    head, cells, columns_left_out = _trained(epochs)
    rows = [
        Trained(epoch=epoch.epoch, cells=row, said=about.get(epoch.epoch, ()))
        for epoch, row in zip(epochs, cells, strict=True)
    ]
    note = " ".join(one for one in (left_out, columns_left_out) if one)
    return Training(head=head, rows=rows, note=note, said=said, said_note=more)


_MEASURED: Final[dict[str, Callable[[Epoch], str]]] = {
    "updates done": lambda one: cell(one.updates),
    "rate used": lambda one: _rate(one.rate_first, one.rate_last),
    "train loss": lambda one: cell(one.train_loss),
    "train accuracy": lambda one: percent(one.train_accuracy),
    "held-out loss": lambda one: cell(one.held_out_loss),
    "held-out accuracy": lambda one: percent(one.held_out_accuracy),
    "gradient norm": lambda one: cell(one.grad_norm),
}


def _trained(epochs: Sequence[Epoch]) -> tuple[list[str], list[list[str]], str]:
    """Return head, rows and note of what the epochs measured; what none did has no column."""
    columns = {name: [read(one) for one in epochs] for name, read in _MEASURED.items()}
    columns = {name: cells for name, cells in columns.items() if {*cells} != {NOTHING}}
    metrics = list(dict.fromkeys(name for one in epochs for name in one.metrics))
    shown = metrics[:MOST_METRICS]
    head = [*columns, *(cut(name) for name in shown)]
    rows = [
        [*measured, *(cell(one.metrics.get(name)) for name in shown)]
        for one, measured in zip(epochs, zip(*columns.values(), strict=True), strict=True)
    ]
    left = len(metrics) - len(shown)
    return head, rows, f"{count(left, 'metric')} more not shown." if left else ""


def _rate(first: float | None, last: float | None) -> str:
    return cell(first) if first == last else f"{cell(first)} → {cell(last)}"


def _epoch_of(epochs: Sequence[Epoch], one: Observation) -> int | None:
    """Return the place of the epoch in which the span of an observation ends."""
    ends = [epoch.updates for epoch in epochs]
    low = int(np.searchsorted(ends, one.last, side="left" if one.last == 0 else "right"))
    return low if low < len(ends) else None
