"""`rampup diff`: two traces side by side."""

import json
from pathlib import Path
from typing import Annotated

import typer

from rampup.trace.diff import TOLERANCE, diff as compare


def diff(
    a: Annotated[Path, typer.Argument(help="A run folder, or the file of a trace.")],
    b: Annotated[Path, typer.Argument(help="Another one.")],
    tolerance: Annotated[
        float,
        typer.Option(help="Losses this close, as a share of the larger, are told to be close."),
    ] = TOLERANCE,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of tables.")
    ] = False,
) -> None:
    """Compare two traces: what was set, each update, what came out.

    The exit code is 0 where the runs are the same to the last bit, 1 where they differ, and 2
    where one cannot be read. Versions, machine and time are told and do not count.
    """
    found = compare(a, b, tolerance=tolerance)
    if as_json:
        typer.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=1, allow_nan=False))
    else:
        from rich.console import Console

        from rampup.report.differences import differences
        from rampup.report.terminal import print_plain

        print_plain(Console(highlight=False), differences(found))
    if not found.equal:
        raise typer.Exit(code=1)
