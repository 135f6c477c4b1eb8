"""Findings as people read them in a terminal.

Not here: the forms for other tools (`rampup.checker.formats`).
"""

import math
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from typing import Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.rule import Rule as Stroke
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from rampup.checker.finding import Finding, Line, Pair, Rates, Severity
from rampup.checker.rule import Rule

COLOUR: Final[dict[Severity, str]] = {
    "error": "bold red",
    "warning": "bold yellow",
    "note": "bold cyan",
}
HEIGHTS: Final = "▁▂▃▄▅▆▇█"
ASCII_HEIGHTS: Final = "_.-=+*#@"
INDENT: Final = 2
VALUES: Final = 8
"""As many rates are written out as numbers."""


class Findings:
    """Findings, one below the other, the evidence of each under its sentence."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self._findings = findings

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield what rich prints."""
        for finding in self._findings:
            yield _head(finding)
            yield Padding(Text(finding.message), (0, 0, 0, INDENT))
            for piece in _evidence(finding, options):
                yield Padding(piece, (0, 0, 0, INDENT))
            fix = Text.assemble(("fix ", "green"), finding.fix.text)
            yield Padding(fix, (0, 0, 1, INDENT))


def _head(finding: Finding) -> Text:
    place = str(finding.place)
    return Text.assemble(
        (f"{place} " if place else "", "bold"),
        (finding.severity, COLOUR[finding.severity]),
        f" {finding.code} ",
        (finding.name, "dim"),
    )


def _evidence(finding: Finding, options: ConsoleOptions) -> Iterable[Table | Text]:
    for kind, pieces in groupby(finding.evidence, type):
        if kind is Line:
            yield _lines([piece for piece in pieces if isinstance(piece, Line)], finding.place.path)
        elif kind is Pair:
            yield _pairs([piece for piece in pieces if isinstance(piece, Pair)])
        else:
            for piece in pieces:
                if isinstance(piece, Rates):
                    yield _rates(piece, options)


def _lines(lines: Sequence[Line], path: str) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", style="dim", no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis")
    table.add_column(style="italic")
    for line in lines:
        number = str(line.line) if line.path == path else f"{line.path}:{line.line}"
        table.add_row(number, Text(line.text.strip()), Text(line.says))
    return table


def _pairs(pairs: Sequence[Pair]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("", *pairs[0].columns):
        table.add_column(name)
    for pair in pairs:
        table.add_row(Text(pair.name), Text(pair.left), Text(pair.right))
    return table


def _rates(rates: Rates, options: ConsoleOptions) -> Text:
    """Return the rates as a small chart, and as numbers the ones around the first mark."""
    values = rates.values
    width = max(10, min(60, options.max_width - 30))
    shown = _thinned(values, width)
    finite = [value for value in values if math.isfinite(value)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 0.0)
    ink = ASCII_HEIGHTS if options.ascii_only else HEIGHTS
    bars = "".join(_bar(value, min(low, 0.0), high, ink) for value in shown)
    last = rates.first + (len(values) - 1) * rates.every
    chart = Text.assemble(
        (f"{rates.name} ", "dim"), (bars, "blue"), (f" updates {rates.first} to {last}\n", "dim")
    )
    marked = rates.marked[0] if rates.marked else rates.first
    at = max(0, min(len(values) - VALUES, (marked - rates.first) // rates.every - VALUES // 2))
    for offset, value in enumerate(values[at : at + VALUES]):
        update = rates.first + (at + offset) * rates.every
        chart.append(f"{update}: ", "dim")
        chart.append(f"{value:.4g}  ", "bold" if update in rates.marked else "")
    chart.rstrip()
    return chart


def _thinned(values: Sequence[float], width: int) -> Sequence[float]:
    """Return at most `width` of the values; of each stretch the one farthest from its first."""
    if len(values) <= width:
        return values
    edges = [round(at * len(values) / width) for at in range(width + 1)]
    stretches = [values[first:last] for first, last in pairwise(edges)]
    return [max(one, key=lambda value: abs(value - one[0])) for one in stretches]


def _bar(value: float, low: float, high: float, ink: str) -> str:
    if not math.isfinite(value):
        return "?"
    if high <= low:
        return ink[0]
    return ink[round((value - low) / (high - low) * (len(ink) - 1))]


class Page:
    """The page that explains a rule."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield what rich prints."""
        rule = self._rule
        yield Text.assemble(
            (f"{rule.code} {rule.name}", "bold"),
            f"  {rule.word}, ",
            (rule.severity, COLOUR[rule.severity]),
        )
        yield Text()
        yield Text(rule.detects)
        yield Text()
        yield Text(rule.matters)
        for title, example in (("wrong", rule.bad), ("right", rule.good)):
            yield Text()
            yield Stroke(Text.assemble(title, ": ", example.says), align="left", style="dim")
            yield Syntax(
                example.text.rstrip(),
                "python",
                theme="ansi_dark",
                background_color="default",
                word_wrap=True,
            )
        yield Text()
        yield Text.assemble(("Fix: ", "bold"), rule.fix)
        yield Text()
        yield Text("Silent when:", style="bold")
        for sentence in rule.silent:
            yield Padding(Text(f"• {sentence}"), (0, 0, 0, INDENT))
        yield Text()
        yield Text("Seen in:", style="bold")
        for case in rule.cases:
            yield Padding(Text(link(case)), (0, 0, 0, INDENT))


def link(case: str) -> str:
    """Return the address of a case.

    Example:
        >>> link("karpathy/nanoGPT#443")
        'https://github.com/karpathy/nanoGPT/issues/443'
    """
    repository, _, number = case.partition("#")
    return f"https://github.com/{repository}/issues/{number}"
