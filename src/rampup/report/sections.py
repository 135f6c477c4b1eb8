"""The sections of a run's report, one function each: an event → what rich prints."""

import math
from collections.abc import Sequence
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from rampup.report.chart import Series, chart
from rampup.trace.record import (
    Baseline,
    End,
    Epoch,
    Insight,
    Observation,
    Planned,
    Prediction,
    Probe,
    Row,
    Skipped,
    Stage,
)

WIDEST: Final = 110
"""Columns beyond which charts no longer grow."""
ROOMY: Final = 150
"""From this width on, an epoch's observation stands beside its numbers."""

_CELL: Final = 9
"""Columns of one value in a table of sample rows, its gap included."""


def heading(text: str) -> RenderableType:
    """Return the line that opens a section."""
    return Group(Text(), Rule(Text(text, style="bold"), align="left", style="dim"))


def stage(event: Stage, width: int) -> RenderableType:
    """Return one stage of the data flow: shapes, words, notes, rows before and after."""
    top = Text.assemble(
        (f"{event.number}  {event.name}", "bold cyan"),
        "   ",
        event.shape_in,
        (" → ", "bold"),
        event.shape_out,
    )
    parts: list[RenderableType] = [Text(event.did)]
    parts += [Text(f"note: {note}", style="yellow") for note in event.notes]
    for title, rows in (("before", event.before), ("after", event.after)):
        if rows:
            parts.append(_rows(title if event.before else "", event.unit, rows, width - 3))
    apart = [Text()] if event.number > 1 else []
    return Group(*apart, top, Padding(Group(*parts), (0, 0, 0, 3)))


def _rows(title: str, unit: str, rows: Sequence[Row], width: int) -> Table:
    names = list(rows[0]["cells"])
    room = max((width - 8 - len(unit)) // _CELL, 2)
    shown = names if len(names) <= room else [*names[: room - 2], names[-1]]
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim", show_edge=False)
    table.add_column(title, style="dim", width=6)
    table.add_column(unit, justify="right", style="cyan")
    cut = len(shown) < len(names)
    for j, name in enumerate(shown):
        if cut and j == len(shown) - 1:
            table.add_column("…")
        # a text cell may say anything, markup included: it is shown, not obeyed
        table.add_column(Text(_short(name)), justify="right", no_wrap=True, min_width=_CELL - 2)
    for row in rows:
        cells = [Text(number(row["cells"][name])) for name in shown]
        if cut:
            cells.insert(-1, Text("…"))
        table.add_row("", str(row["id"]), *cells)
    return table


def schedule(event: Planned, width: int) -> RenderableType:
    """Return the schedule: its text, and where epochs are known its chart and their rates."""
    text = Text.assemble("schedule  ", (event.text, "bold"), f"   base rate {event.base:g}")
    if not event.epochs:
        warmup = f", {event.warmup} updates of warmup" if event.warmup else ""
        peak = f"planned peak {event.peak:g} from update {event.peak_at} on{warmup}"
        return Group(text, Text(peak))
    updates, per_epoch = event.updates, event.updates_per_epoch
    x: list[float] = []
    y: list[float] = []
    for row in event.epochs:
        # two points per epoch draw both the ramp and the staircase
        x += [(row["epoch"] - 1) * per_epoch, row["epoch"] * per_epoch - 1]
        y += [row["first"], row["last"]]
    drawn = chart(
        [Series(x=x, y=y)],
        title=f"planned rate by update, peak {event.peak:g} from update {event.peak_at} on",
        width=min(width, WIDEST),
        height=11,
        x_ticks=sorted({0, event.peak_at, updates // 2, updates - 1}),
    )
    return Group(text, Text(drawn), _planned_rates(event))


def _planned_rates(event: Planned) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_edge=False)
    table.add_column("epoch", justify="right", style="cyan")
    table.add_column("first update", justify="right")
    table.add_column("last update", justify="right")
    rows, skipped = event.epochs, False
    for place, row in enumerate(rows):
        middle = 0 < place < len(rows) - 1
        if middle and rows[place - 1]["last"] == row["first"] == row["last"] == rows[-1]["last"]:
            skipped = True
            continue
        if len(rows) > 30 and 15 <= place < len(rows) - 5:
            skipped = True
            continue
        if skipped:
            table.add_row("…")
            skipped = False
        table.add_row(str(row["epoch"]), number(row["first"]), number(row["last"]))
    return table


def epoch_header() -> Text:
    """Return the heading of the training table."""
    return Text(
        f"{'epoch':>5}  {'rate used':>19}  {'train loss':>10} {'acc':>6}"
        f"  {'held-out loss':>13} {'acc':>6}  {'grad norm':>9}",
        style="dim",
    )


def epoch(event: Epoch, observations: Sequence[Observation], width: int) -> RenderableType:
    """Return one row of the training table, with what was observed beside or below it."""
    if event.rate_first is None or event.rate_last is None:
        used = "—"
    elif event.rate_first == event.rate_last:
        used = number(event.rate_last)
    else:
        used = f"{number(event.rate_first)} → {number(event.rate_last)}"
    norm = "—" if event.grad_norm is None else number(event.grad_norm)
    row = Text(
        f"{event.epoch:>5}  {used:>19}  {_known(event.train_loss, '.4f'):>10}"
        f" {_known(event.train_accuracy, '.1%'):>6}  {_known(event.held_out_loss, '.4f'):>13}"
        f" {_known(event.held_out_accuracy, '.1%'):>6}  {norm:>9}"
    )
    metrics = [f"{name} {number(value)}" for name, value in event.metrics.items()]
    said = "; ".join([*metrics, *(o.sentence for o in observations)])
    if width >= ROOMY:
        return Text.assemble(row, "   ", (said, "italic"))
    return Group(row, Padding(Text(said, style="italic dim"), (0, 0, 0, 7)))


def said(observations: Sequence[Observation]) -> RenderableType:
    """Return observations that belong to no epoch, each on lines of its own."""
    return Group(*(Padding(Text(f"· {one.sentence}"), (0, 0, 0, 2)) for one in observations))


def _known(value: float, form: str) -> str:
    return "–" if math.isnan(value) else f"{value:{form}}"


def aside(event: Skipped | Probe) -> Text:
    """Return one line between the epochs: an update that was skipped, or a closer look."""
    if isinstance(event, Skipped):
        return Text(f"{'':7}no update {event.k}: {event.reason}", style="yellow")
    said = [f"{len(event.layers)} layers"]
    dead = [layer["dead"] for layer in event.layers if layer["dead"] is not None]
    if dead:
        said.append(f"dead ReLU units up to {max(dead):.0%}")
    if event.critical_rate is not None:
        at = "" if event.rate is None else f", the rate is {number(event.rate)}"
        said.append(f"the loss would rise from the rate {number(event.critical_rate)} on{at}")
    return Text(f"{'':7}probe before update {event.k}: {'; '.join(said)}", style="dim")


def losses(epochs: Sequence[Epoch], width: int) -> RenderableType:
    """Return the loss chart, from zero and to scale."""
    x = [e.epoch for e in epochs]
    step = max(len(x) // 10, 1)
    return Text(
        chart(
            [
                Series(x=x, y=[e.train_loss for e in epochs]),
                Series(x=x, y=[e.held_out_loss for e in epochs], marker="o"),
            ],
            title="loss after each epoch: line = training, o = held out",
            width=min(width, WIDEST),
            height=16,
            x_ticks=x[::step],
        )
    )


def baseline(event: Baseline) -> RenderableType:
    """Return the comparison with the same seeds without warmup."""
    seeds = f"{event.seeds[0]} … {event.seeds[-1]}"
    lead = Text(f"{len(event.seeds)} seeds ({seeds}), each with the schedule and with ")
    lead.append(event.schedule, style="bold")
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim", show_edge=False)
    table.add_column("mean over seeds", no_wrap=True)
    for name in ("with", "without", "difference, 95 % interval"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for row in event.compared:
        table.add_row(
            row["name"],
            f"{row['warmup']:.3g}",
            f"{row['without']:.3g}",
            f"{row['low']:+.2g} … {row['high']:+.2g}",
            Text(row["verdict"], style="dim" if row["verdict"] == "no difference" else "bold"),
        )
    return Group(lead, table, Text(event.verdict))


def prediction(event: Prediction, width: int) -> RenderableType:
    """Return one row through the model: shape and values at each layer, then the label."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_edge=False)
    table.add_column("layer", style="cyan", no_wrap=True)
    table.add_column("shape", no_wrap=True)
    table.add_column("first values")
    table.add_column("mean ± std", justify="right", no_wrap=True)
    room = max(min((width - 44) // 9, 8), 2)
    for layer in event.layers:
        count = math.prod(layer["shape"])
        values = "  ".join(number(value, 3) for value in layer["values"][:room])
        more = "  …" if count > room else ""
        name = layer["kind"] if layer["kind"].lower() == layer["name"] else (
            f"{layer['kind']} ({layer['name']})"
        )  # fmt: skip
        table.add_row(
            Text(name),
            str(tuple(layer["shape"])),
            values + more,
            f"{number(layer['mean'], 3)} ± {number(layer['std'], 3)}",
        )
    ranked = sorted(event.probabilities.items(), key=lambda item: -item[1])
    said = ", ".join(f"{label}: {p:.1%}" for label, p in ranked[:5])
    end = Text(f"row {event.row} → {event.predicted}   ({said})")
    if event.label is not None:
        right = event.label == event.predicted
        end.append(
            f"   label {event.label}: {'right' if right else 'wrong'}",
            style="green" if right else "red",
        )
    return Group(table, end, *(Text(f"note: {note}", style="yellow") for note in event.notes))


def insight(event: Insight) -> RenderableType:
    """Return the key insight."""
    return Panel(Text("\n".join(event.sentences)), title="Key insight", title_align="left")


def end(event: End) -> RenderableType:
    """Return the last line of a run."""
    style = {"finished": "green", "diverged": "red"}.get(event.status, "red")
    text = Text(event.status, style=f"bold {style}")
    plural = "" if event.updates == 1 else "s"
    text.append(f" after {event.updates} update{plural} in {event.seconds:.1f} s")
    return text


def number(value: Any, digits: int = 4) -> str:
    """Return a cell as people read it: numbers to `digits` significant digits, nothing as –.

    Example:
        >>> number(0.00407999), number(None), number("red"), number(12)
        ('0.00408', '–', 'red', '12')
    """
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.{digits}g}"
    return _short(str(value))


def _short(text: str) -> str:
    return text if len(text) <= 14 else f"{text[:13]}…"
