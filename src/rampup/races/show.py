"""What a race says, for a terminal."""

import math
from collections.abc import Callable, Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from rampup.races.result import Race, Summary


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


Column = Callable[[Summary], str]

OUTCOME: Final[dict[str, Column]] = {
    "best rate": lambda one: _number(one.best_lr),
    "loss there": lambda one: _number(one.loss),
    "over seeds": lambda one: "–" if one.spread is None else "{:.4g}–{:.4g}".format(*one.spread),
    "metric": lambda one: _number(one.metric),
    "diverged": lambda one: str(one.diverged),
}
WAY: Final[dict[str, Column]] = {
    "rates that train": lambda one: (
        "–" if one.stable_lr is None else f"{one.lowest_lr:.3g}–{one.stable_lr:.3g}"
    ),
    "sensitivity": lambda one: _number(one.sensitivity),
    "updates to target": lambda one: _number(one.updates_to_target),
    "worst early spike": lambda one: "–" if one.spike is None else f"×{one.spike:.2f}",
}


def shown(result: Race) -> RenderableType:
    """Return the page: the schedules, what became of them, a heat map, the pairs."""
    names = [Text(f"{i}  {name}") for i, name in enumerate(result.grid.schedules, 1)]
    members, updates = len(result.grid.members), len(result.losses)
    how = f"{members} members, {updates} updates, {result.engine} in {result.seconds:.1f} s"
    return Group(
        *names,
        Text(),
        _table(result.schedules, OUTCOME),
        Text(),
        _table(result.schedules, WAY),
        Text(),
        Text(f"mean {result.judged_by} loss over the seeds, * at the best rate"),
        _heat(result),
        Text(),
        *(Text(sentence) for sentence in sentences(result)),
        Text(),
        Text(f"{how} ({result.reason})"),
    )


def sentences(result: Race) -> list[str]:
    """Return each pair of schedules as a sentence that quotes its numbers."""
    number = {name: i for i, name in enumerate(result.grid.schedules, 1)}
    said = []
    for pair in result.pairs:
        numbers = ""
        if pair.difference is not None:
            numbers = f"; {result.judged_by} loss {pair.difference:+.3g}"
        if pair.low is not None:
            numbers += f", 95 % interval {pair.low:+.3g} to {pair.high:+.3g}"
        said.append(
            f"{number[pair.schedule]} beside {number[pair.beside]}: {pair.verdict}{numbers}"
        )
    return said


def _table(rows: Sequence[Summary], columns: dict[str, Column]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for name in columns:
        table.add_column(name, justify="right")
    for i, one in enumerate(rows, 1):
        table.add_row(str(i), *(cell(one) for cell in columns.values()))
    return table


def _heat(result: Race) -> Table:
    """Return the mean final losses, rates by schedules, and which is each one's best."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("rate", justify="right")
    for i in range(1, len(result.grid.schedules) + 1):
        table.add_column(str(i), justify="right")
    best = [one.best_lr for one in result.schedules]
    for lr, losses in zip(result.grid.lrs, result.final.mean(axis=0).T, strict=True):
        cells = [_cell(v, lr == at) for v, at in zip(losses.tolist(), best, strict=True)]
        table.add_row(f"{lr:.3g}", *cells)
    return table


def _cell(loss: float, best: bool) -> str:
    if math.isinf(loss):
        return "diverged "
    return "dropped " if math.isnan(loss) else f"{loss:.4g}{'*' if best else ' '}"
