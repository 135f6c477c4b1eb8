"""What differs between two traces, as text: tables of what was set and came out, and sentences."""

import math
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from rampup.report.sections import heading
from rampup.trace.compare.difference import Difference, shown
from rampup.trace.diff import TraceDiff

IN_TABLES: Final = ("config", "final", "surroundings")
"""Parts whose values stand side by side; the others are told in sentences."""

TITLES: Final = {
    "config": "Configuration",
    "data flow": "Data flow",
    "schedule": "Schedule",
    "updates": "Updates",
    "epochs": "Epochs",
    "final": "Final",
    "events": "Events",
    "surroundings": "Surroundings, which count for nothing",
}


def differences(diff: TraceDiff) -> RenderableType:
    """Return all that differs, part by part."""
    parts: list[RenderableType] = [
        Text.assemble(("a  ", "bold cyan"), diff.a),
        Text.assemble(("b  ", "bold cyan"), diff.b),
    ]
    for part, found in groupby(diff.differences, lambda difference: difference.part):
        parts += [heading(TITLES[part]), *_part(part, list(found))]
    if diff.surroundings:
        parts.append(heading(TITLES["surroundings"]))
        parts += _part("surroundings", diff.surroundings)
    parts.append(Text())
    parts += [Text(f"note: {note}", style="yellow") for note in diff.notes]
    count = len(diff.differences)
    end = "no difference" if diff.equal else f"{count} difference{'' if count == 1 else 's'}"
    parts.append(Text(end, style="bold green" if diff.equal else "bold red"))
    return Group(*parts)


def _part(part: str, found: Sequence[Difference]) -> list[RenderableType]:
    if part not in IN_TABLES:
        return [_sentence(difference) for difference in found]
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_edge=False)
    table.add_column("")
    for side in "ab":
        table.add_column(side, justify="right", overflow="fold")
    if part == "final":
        table.add_column("b − a", justify="right")
    for difference in found:
        row = [difference.name, *shown(difference.a, difference.b)]
        if part == "final":
            row.append(change(difference))
        table.add_row(*map(Text, row))
    return [table]


def _sentence(difference: Difference) -> RenderableType:
    row = Table.grid(padding=(0, 1, 0, 0))
    row.add_row("·", Text(difference.sentence, overflow="fold"))
    return row


def change(difference: Difference) -> str:
    """Return b − a with its sign, or "" where that is no number."""
    x, y = difference.a, difference.b
    if not isinstance(x, int | float) or not isinstance(y, int | float):
        return ""
    return f"{y - x:+.3g}" if math.isfinite(y - x) else ""
