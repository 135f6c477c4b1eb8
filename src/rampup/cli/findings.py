"""Findings as people read them in a terminal.

Not here: the forms for other tools (`rampup.checker.formats`), pages of rules (`explain.py`).
"""

import math
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import Final

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from rampup.checker.finding import Evidence, Finding, Line, Pair, Place, Rates, Severity
from rampup.cli.visible import visible

COLOUR: Final[dict[Severity, str]] = {
    "error": "bold red",
    "warning": "bold yellow",
    "note": "bold cyan",
}
HEIGHTS: Final = "▁▂▃▄▅▆▇█"
ASCII_HEIGHTS: Final = "_.-=+*#@"
INDENT: Final = 2
WIDEST: Final = 60
"""Columns of a chart at most."""

VALUES: Final = 8
"""As many rates are written out as numbers at most."""


class Findings:
    """Findings, one below the other, the evidence of each under its sentence."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self._findings = findings

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield what rich prints."""
        inner = options.update(width=max(20, options.max_width - INDENT))
        for finding in self._findings:
            yield _head(finding)
            parts: list[RenderableType] = [Text(visible(finding.message))]
            for kind, pieces in groupby(finding.evidence, _kind):
                parts.append(_evidence(kind, list(pieces), finding.place, inner))
            parts.append(Text.assemble(("fix ", "green"), visible(finding.fix.text)))
            for line in console.render_lines(Group(*parts), inner, pad=False):
                yield Segment(" " * INDENT)
                yield from _without_end(line)
                yield Segment.line()
            yield Segment.line()


def _without_end(line: list[Segment]) -> list[Segment]:
    """Return a line without the blanks at its end, which tables pad with."""
    while line and not line[-1].text.rstrip():
        line = line[:-1]
    return [*line[:-1], Segment(line[-1].text.rstrip(), line[-1].style)] if line else []


def _head(finding: Finding) -> Text:
    place = visible(str(finding.place))
    return Text.assemble(
        (f"{place} " if place else "", "bold"),
        (finding.severity, COLOUR[finding.severity]),
        f" {finding.code} ",
        (finding.name, "dim"),
        no_wrap=True,  # a place is copied, or clicked at
        overflow="ignore",
    )


def _kind(piece: Evidence) -> tuple[object, ...]:
    """Return what pieces of evidence must share to be shown in one table."""
    if isinstance(piece, Rates):
        return Rates, piece.first, piece.every, len(piece.values)
    return (type(piece), piece.columns if isinstance(piece, Pair) else ())


def _evidence(
    kind: tuple[object, ...], pieces: Sequence[Evidence], place: Place, options: ConsoleOptions
) -> RenderableType:
    if kind[0] is Line:
        return _lines([one for one in pieces if isinstance(one, Line)], place, options.max_width)
    if kind[0] is Pair:
        return _pairs([one for one in pieces if isinstance(one, Pair)])
    return _rates([one for one in pieces if isinstance(one, Rates)], options)


def _lines(lines: Sequence[Line], place: Place, width: int) -> Table:
    """Return lines of source with what they show: beside them where all fit, else below them."""
    rows = [
        (_number(one, place), visible(one.text.strip().expandtabs(4)), visible(one.says))
        for one in lines
    ]
    numbers, codes, says = (max(map(cell_len, column)) for column in zip(*rows, strict=True))
    beside = numbers + codes + says + 4 <= width
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for number, code, said in rows:
        told = Text(said, style="italic")
        if beside:
            table.add_row(number, Text(code), told)
        else:
            table.add_row(number, Group(Text(code, overflow="fold"), told) if said else Text(code))
    return table


def _number(line: Line, place: Place) -> str:
    if (line.path, line.key) == (place.path, place.key):
        return str(line.line)
    return visible(f"{line.key if line.path == place.path else line.path}:{line.line}")


def _pairs(pairs: Sequence[Pair]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("", *pairs[0].columns):
        table.add_column(name, overflow="fold")
    for pair in pairs:
        table.add_row(*(Text(visible(text)) for text in (pair.name, pair.left, pair.right)))
    return table


def _rates(series: Sequence[Rates], options: ConsoleOptions) -> Group:
    """Return rates as small charts of one scale, and as numbers those around the first mark."""
    one = series[0]
    if len(one.values) == 1:
        return Group(_numbers(series, options.max_width))
    last = one.first + (len(one.values) - 1) * one.every
    span = f"updates {one.first} to {last}"
    names = max(len(rates.name) for rates in series)
    width = max(10, min(WIDEST, options.max_width - names - len(span) - 2))
    finite = [value for rates in series for value in rates.values if math.isfinite(value)]
    low, high = min([0.0, *finite]), max([0.0, *finite])
    ink = ASCII_HEIGHTS if options.ascii_only else HEIGHTS
    charts = Text(no_wrap=True)
    for rates in series:
        bars = "".join(_bar(value, low, high, ink) for value in _thinned(rates.values, width))
        charts.append(f"{rates.name:{names}} ", "dim").append(bars)
        charts.append(f" {span}\n" if rates is series[-1] else "\n", "dim")
    charts.rstrip()
    return Group(charts, _numbers(series, options.max_width))


def _numbers(series: Sequence[Rates], width: int) -> Table:
    one = series[0]
    marks = {update for rates in series for update in rates.marked}
    marked = min(marks, default=one.first)
    for count in range(min(VALUES, len(one.values)), 0, -1):
        at = (marked - one.first) // one.every - count // 2
        at = max(0, min(len(one.values) - count, at))
        columns = [
            [f"{one.first + k * one.every}", *(f"{rates.values[k]:.4g}" for rates in series)]
            for k in range(at, at + count)
        ]
        if sum(max(map(len, column)) + 2 for column in columns) <= width - 10 or count == 1:
            break
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    for _ in columns:
        table.add_column(justify="right", no_wrap=True)
    updates = [column[0] for column in columns]
    table.add_row("update", *updates, style="dim")
    for row, rates in enumerate(series, 1):
        cells = [
            Text(column[row], "bold" if int(update) in marks else "")
            for update, column in zip(updates, columns, strict=True)
        ]
        table.add_row(rates.name, *cells)
    return table


def _thinned(values: Sequence[float], width: int) -> Iterator[float]:
    """Yield at most `width` of the values; of each stretch the one farthest from its first."""
    if len(values) <= width:
        yield from values
        return
    edges = [round(at * len(values) / width) for at in range(width + 1)]
    for first, last in pairwise(edges):
        one = values[first:last]
        yield max(one, key=lambda value: abs(value - one[0]))


def _bar(value: float, low: float, high: float, ink: str) -> str:
    if not math.isfinite(value):
        return "?"
    if high <= low:
        return ink[0]
    return ink[round((value - low) / (high - low) * (len(ink) - 1))]
