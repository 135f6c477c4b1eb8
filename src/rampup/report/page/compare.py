"""Several runs side by side: what each differs in from the first one, as `diff` finds it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from rampup.report.differences import IN_TABLES, TITLES, change
from rampup.report.page.cells import LONGEST_SENTENCE, NOTHING, cell, count, cut, minus, moment
from rampup.report.page.overlays import overlays
from rampup.report.page.svg import Drawn
from rampup.report.page.table import Table, some
from rampup.trace.compare.difference import Difference, shown
from rampup.trace.compare.pair import Pair
from rampup.trace.diff import TOLERANCE, TraceDiff, compared
from rampup.trace.record import End, Epoch, Header, Planned
from rampup.trace.story import Story

CAPTIONS: Final = {
    "config": "Settings that differ",
    "final": "The last epoch, and how the runs ended",
    "surroundings": "Versions, machine and time: told, and counted as no difference",
}

MOST: Final = 200
"""Rows and sentences of one part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of what differs: a table of values, or sentences.

    Args:
        id: of its heading.
        title: its heading.
        table: values side by side, or None.
        lists: in words, what no table tells: which two runs, and sentences.
        note: what was left out, or "".
    """

    id: str
    title: str
    table: Table | None
    lists: Sequence[tuple[str, Sequence[str]]]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What differs between runs.

    Args:
        diffs: what `diff` found, for each run but the first.
        verdicts: a sentence for each run but the first, and whether it is the same.
        runs: the runs side by side.
        charts: their curves over each other.
        parts: what differs.
        notes: what could not be compared.
    """

    diffs: Sequence[TraceDiff]
    verdicts: Sequence[tuple[str, bool]]
    runs: Table
    charts: Sequence[Drawn]
    parts: Sequence[Part]
    notes: Sequence[str]


def compare(
    stories: Sequence[Story], letters: Sequence[str], tolerance: float = TOLERANCE
) -> Compared:
    """Return what differs between the first run and each other one.

    Raises:
        TraceError: the tolerance is none.
    """
    diffs = [
        compared(Pair(a=stories[0], b=story, names=(letters[0], letter)), tolerance)
        for story, letter in zip(stories[1:], letters[1:], strict=True)
    ]
    names = [f"{letter} {cut(story.name)}" for letter, story in zip(letters, stories, strict=True)]
    return Compared(
        diffs=diffs,
        verdicts=[
            (_verdict(diff, letters[0], letter), diff.equal)
            for diff, letter in zip(diffs, letters[1:], strict=True)
        ],
        runs=Table(
            caption="The runs side by side",
            head=["", *names],
            rows=[
                [name, *cells]
                for name, read in _FACTS.items()
                if {*(cells := [read(story) for story in stories])} != {NOTHING}
            ],
        ),
        charts=overlays(stories, letters, diffs),
        parts=[part for name in TITLES if (part := _part(name, letters, diffs)) is not None],
        notes=list(dict.fromkeys(note for diff in diffs for note in diff.notes)),
    )


def _verdict(diff: TraceDiff, a: str, b: str) -> str:
    if diff.equal:
        return f"No difference: {a} and {b} are the same, to the last bit."
    return f"{count(len(diff.differences), 'difference')} between {a} and {b}."


def _part(name: str, letters: Sequence[str], diffs: Sequence[TraceDiff]) -> Part | None:
    found = [
        [one for one in [*diff.differences, *diff.surroundings] if one.part == name]
        for diff in diffs
    ]
    if not any(found):
        return None
    key, title = f"differences-{name.replace(' ', '-')}", TITLES[name].partition(",")[0]
    if name in IN_TABLES:
        table = _table(CAPTIONS[name], letters, found, changes=name == "final")
        return Part(id=key, title=title, table=table, lists=(), note="")
    room = MOST // len(diffs)
    lists = [
        (
            f"{letters[0]} and {letter}" if len(diffs) > 1 else "",
            [cut(one.sentence, LONGEST_SENTENCE) for one in side[:room]],
        )
        for letter, side in zip(letters[1:], found, strict=True)
        if side
    ]
    left = sum(len(side[room:]) for side in found)
    note = f"{count(left, 'sentence')} more not shown." if left else ""
    return Part(id=key, title=title, table=None, lists=lists, note=note)


def _table(
    caption: str, letters: Sequence[str], found: Sequence[Sequence[Difference]], *, changes: bool
) -> Table:
    """Return a row for each name that differs in any run; a run that does not has the first's."""
    names = list(dict.fromkeys(one.name for some_of_them in found for one in some_of_them))
    rows = []
    for name in names[:MOST]:
        pairs = [next((one for one in side if one.name == name), None) for side in found]
        texts = [shown(one.a, one.b) if one is not None else ("", "") for one in pairs]
        first = max((a for a, _ in texts), key=len)
        cells = [first, *(b or first for _, b in texts)]
        if changes:
            cells += ["" if one is None else minus(change(one)) for one in pairs]
        rows.append([cut(name), *(cut(text, 200) for text in cells)])
    head = ["", *letters]
    if changes:
        head += [f"{letter} − {letters[0]}" for letter in letters[1:]]
    note = some(len(rows), len(names), "row")
    return Table(caption=caption, head=head, rows=rows, note=note)


def _lowest(story: Story) -> str:
    losses = [one.held_out_loss for one in story.all(Epoch) if np.isfinite(one.held_out_loss)]
    return cell(min(losses)) if losses else NOTHING


def _status(story: Story) -> str:
    end = story.last(End)
    return cut(end.status) if end is not None else "no end was recorded"


def _schedule(story: Story) -> str:
    plan = story.last(Planned)
    return cut(plan.text, 200) if plan is not None else NOTHING


def _started(story: Story) -> str:
    header = story.last(Header)
    return moment(header.started) if header is not None else NOTHING


_FACTS: Final[dict[str, Callable[[Story], str]]] = {
    "started": _started,
    "status": _status,
    "schedule": _schedule,
    "updates": lambda story: cell(story.updates),
    "highest rate used": lambda story: cell(story.columns.of("used").highest),
    "lowest held-out loss": _lowest,
    "SHA-256 of the trace": lambda story: f"{story.sha256[:16]}…",
}
