"""`rampup plot`: what a schedule will do, before any run."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from rampup.cli.output import check_output, write_output
from rampup.errors import ConfigError
from rampup.schedule.text import parse

if TYPE_CHECKING:
    from rampup.schedule.plan import Plan

ENDINGS = (".png", ".svg", ".csv")


def plot(
    schedule: Annotated[str, typer.Argument(help='Such as "warmup 5ep >> decay cosine".')],
    updates: Annotated[int, typer.Option(help="Updates in the whole run.")],
    updates_per_epoch: Annotated[
        int | None, typer.Option(help="Needed for lengths in epochs.", show_default=False)
    ] = None,
    samples_per_update: Annotated[
        int | None, typer.Option(help="Needed for lengths in samples.", show_default=False)
    ] = None,
    tokens_per_update: Annotated[
        int | None, typer.Option(help="Needed for lengths in tokens.", show_default=False)
    ] = None,
    lr: Annotated[float, typer.Option(help="The base rate.")] = 1.0,
    every: Annotated[
        int | None,
        typer.Option(help="A row of the table for each N-th update.", show_default=False),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write to this .png, .svg or .csv file instead."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an older OUT.")] = False,
) -> None:
    """Plot a schedule: its landmarks, a chart and a table of rates."""
    if not math.isfinite(lr) or lr <= 0:
        raise ConfigError(f"--lr {lr!r} is not allowed; the base rate is a number > 0")
    if every is not None and every < 1:
        raise ConfigError(f"--every {every!r} is not allowed; write a whole number ≥ 1")
    if out is not None:
        check_output(out, ENDINGS, overwrite=overwrite)
    plan = parse(schedule).plan(
        updates=updates,
        updates_per_epoch=updates_per_epoch,
        samples_per_update=samples_per_update,
        tokens_per_update=tokens_per_update,
    )
    if out is None:
        _show(plan, lr, every)
        return
    write_output(out, lambda file: _write(plan, lr, every or 1, out.suffix.lower(), file))
    typer.echo(f"wrote {out}")


def _show(plan: "Plan", lr: float, every: int | None) -> None:
    from rich.console import Console

    from rampup.report.plan import plan_report
    from rampup.report.terminal import print_plain

    console = Console(highlight=False)
    print_plain(console, plan_report(plan, lr, console.width, every))


def _write(plan: "Plan", lr: float, every: int, ending: str, file: BinaryIO) -> None:
    if ending == ".csv":
        rows = (f"{k},{factor!r},{lr * factor!r}\n" for k, factor in plan.table(every=every))
        file.write(("update,factor,rate\n" + "".join(rows)).encode())
        return
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 3), layout="constrained")
    plan.plot(figure.subplots(), base=lr)
    figure.savefig(file, format=ending[1:], dpi=150)
