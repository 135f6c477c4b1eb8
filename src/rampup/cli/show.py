"""`rampup show`: a recorded run, also one that still runs, as `rampup train` prints it."""

from pathlib import Path
from typing import Annotated, Final

import typer

TRACE: Final = "trace.jsonl"


def show(
    run: Annotated[Path, typer.Argument(help="A run folder, or the trace.jsonl inside it.")],
    follow: Annotated[
        bool,
        typer.Option("--follow", "-f", help="Go on as the run goes on, until it ends."),
    ] = False,
) -> None:
    """Print a recorded run. With --follow, watch one that runs in another process."""
    from rich.console import Console

    from rampup.report.terminal import View
    from rampup.trace import journal

    path = run / TRACE if run.is_dir() else run
    view = View(Console(highlight=False), str(run))
    torn = ""
    try:
        if follow:
            for event in journal.follow(path):
                view(event)
        else:
            reading = journal.read(path)
            torn = reading.torn
            for event in reading.events:
                view(event)
    finally:
        view.close()
    if torn:
        typer.echo(
            f"the last line of {path} is not whole and was left out ({len(torn)} characters): "
            "the run was killed, or is still writing",
            err=True,
        )
