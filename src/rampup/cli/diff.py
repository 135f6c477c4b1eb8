"""`rampup diff`: two traces side by side."""

import json
from pathlib import Path
from typing import Annotated

import typer

from rampup.cli.output import check_output
from rampup.errors import ConfigError
from rampup.trace.diff import TOLERANCE, TraceDiff, diff as compare


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
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write a page to this .html file instead of printing."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an older OUT.")] = False,
) -> None:
    """Compare two traces: what was set, each update, what came out.

    The exit code is 0 where the runs are the same to the last bit, 1 where they differ, and 2
    where one cannot be read. Versions, machine and time are told and do not count.
    """
    if out is not None:
        if as_json:
            raise ConfigError("--json prints and --out writes a page; choose one of them")
        check_output(out, (".html", ".htm"), overwrite=overwrite)
        from rampup.report.write import write_diff

        found = write_diff(a, b, out, tolerance=tolerance, overwrite=True)
        typer.echo(f"wrote {out} ({out.stat().st_size / 1000:,.0f} kB)")
    else:
        found = compare(a, b, tolerance=tolerance)
        _print(found, as_json=as_json)
    if not found.equal:
        raise typer.Exit(code=1)


def _print(found: TraceDiff, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=1, allow_nan=False))
        return
    from rich.console import Console

    from rampup.report.differences import differences
    from rampup.report.terminal import print_plain

    print_plain(Console(highlight=False), differences(found))
