"""`rampup export`: a finished trace in another format."""

from pathlib import Path
from typing import Annotated

import typer

from rampup.errors import ConfigError, TraceError, known_name


def export(
    source: Annotated[
        Path,
        typer.Argument(
            help="A run folder, an event file or log folder of TensorBoard, a "
            "trainer_state.json of Hugging Face, or a .csv file."
        ),
    ],
    to: Annotated[str, typer.Option(help="csv or tensorboard.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write to this folder instead of SOURCE-csv beside it."),
    ] = None,
    lr: Annotated[
        str,
        typer.Option(
            help="What a rate logged by another tool is: reported, used, or used by the next "
            "update."
        ),
    ] = "reported",
) -> None:
    """Export a trace: its updates and epochs, as tables or for TensorBoard."""
    from rampup.trace.record import Update
    from rampup.trace.sources import read_trace
    from rampup.trace.writers import WRITERS, export

    known_name(f"--to {to!r}", to, WRITERS, ConfigError)
    events = read_trace(source, lr=lr)
    if not any(isinstance(event, Update) for event in events):
        raise TraceError(f"{source} holds no updates, so there is nothing to export")
    place = source.resolve()
    folder = out or place.with_name(f"{place.name}-{to}")
    updates = export(events, to, folder)
    typer.echo(f"wrote {updates} updates to {folder}")
