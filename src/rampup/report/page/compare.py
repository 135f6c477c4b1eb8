"""Several runs side by side: only what differs, and where it begins to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from rampup.report.page.cells import NOTHING, cell, flat, percent
from rampup.report.page.parts import Table
from rampup.report.page.source import Story

TOLERANCE: Final = 1e-6
"""Relative difference below which two losses are near each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What differs between runs.

    Args:
        tables: settings, environment, results.
        begins: sentences on where each run leaves the first one.
    """

    tables: Sequence[Table]
    begins: Sequence[str]


def compare(stories: Sequence[Story], letters: Sequence[str]) -> Compared:
    """Return what differs between the first run and each other one."""
    names = [f"{letter} {story.name}" for letter, story in zip(letters, stories, strict=True)]
    settings = [flat(s.header.config) if s.header else {} for s in stories]
    places = [
        {**flat(s.header.environment), "rampup": s.header.rampup} if s.header else {}
        for s in stories
    ]
    tables = [
        _differing("Settings that differ", "setting", settings, names),
        _differing("Environment that differs", "part", places, names),
        Table(
            caption="Results",
            head=["result", *names],
            rows=[[name, *(read(story) for story in stories)] for name, read in RESULTS.items()],
        ),
    ]
    begins = [
        sentence
        for story, letter in zip(stories[1:], letters[1:], strict=True)
        for sentence in _begins(stories[0], story, letters[0], letter)
    ]
    return Compared(tables=tables, begins=begins)


def _differing(
    caption: str, what: str, plain: Sequence[dict[str, Any]], names: Sequence[str]
) -> Table:
    keys = dict.fromkeys(key for one in plain for key in one)
    missing = object()
    rows = [
        [key, *(cell(one[key]) if key in one else NOTHING for one in plain)]
        for key in keys
        if any(one.get(key, missing) != plain[0].get(key, missing) for one in plain)
    ]
    same = len(keys) - len(rows)
    note = f"{same} of {len(keys)} are the same in all runs." if keys else "None was recorded."
    return Table(caption=caption, head=[what, *names], rows=rows, note=note)


def _begins(one: Story, other: Story, a: str, b: str) -> list[str]:
    size = min(one.updates, other.updates)
    said = []
    if one.updates != other.updates:
        said.append(
            f"{a} made {one.updates:,} updates and {b} {other.updates:,}; "
            f"the first {size:,} are compared."
        )
    for name, what in (("used", "Rates used"), ("loss", "Losses")):
        left, right = one.series(name)[:size], other.series(name)[:size]
        if not (np.isfinite(left).any() and np.isfinite(right).any()):
            said.append(f"{what} of {a} and {b} cannot be compared: one of them has none.")
            continue
        differs = np.flatnonzero((left != right) & ~(np.isnan(left) & np.isnan(right)))
        if len(differs) == 0:
            said.append(f"{what} of {a} and {b} are equal, bit for bit, at all {size:,} updates.")
            continue
        at = int(differs[0])
        sentence = (
            f"{what} of {a} and {b} first differ at update {one.k[at]:,.0f}: "
            f"{cell(float(left[at]), 9)} and {cell(float(right[at]), 9)}"
        )
        apart = ~np.isclose(left, right, rtol=TOLERANCE, atol=0, equal_nan=True)
        if name == "loss" and not apart.any():
            sentence += f"; none is more than {TOLERANCE:g} of its value apart"
        elif name == "loss" and int(np.argmax(apart)) != at:
            first = int(np.argmax(apart))
            sentence += f"; by more than {TOLERANCE:g} of it from update {one.k[first]:,.0f} on"
        said.append(f"{sentence}.")
    return said


def _last(read: Callable[[Any], float], show: Callable[[float], str]) -> Callable[[Story], str]:
    return lambda story: show(read(story.epochs[-1])) if story.epochs else NOTHING


def _lowest(story: Story) -> str:
    losses = [epoch.held_out_loss for epoch in story.epochs if np.isfinite(epoch.held_out_loss)]
    return cell(min(losses)) if losses else NOTHING


RESULTS: Final[dict[str, Callable[[Story], str]]] = {
    "status": lambda story: story.end.status if story.end else "no end was recorded",
    "schedule": lambda story: cell(story.planned.text) if story.planned else NOTHING,
    "updates": lambda story: cell(story.updates),
    "highest rate used": lambda story: cell(story.highest("used")),
    "final training loss": _last(lambda epoch: epoch.train_loss, cell),
    "final held-out loss": _last(lambda epoch: epoch.held_out_loss, cell),
    "lowest held-out loss": _lowest,
    "final held-out accuracy": _last(lambda epoch: epoch.held_out_accuracy, percent),
    "seconds": lambda story: cell(story.end.seconds) if story.end else NOTHING,
}
