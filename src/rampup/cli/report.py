"""`rampup report`: runs → one HTML file."""

from pathlib import Path
from typing import Annotated

import typer

from rampup.cli.output import check_output


def report(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN...", help="Folders that rampup train or rampup.watch wrote; up to 8."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The .html file to write.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an older OUT.")] = False,
) -> None:
    """Write a run as one HTML file that opens from disk, or several side by side."""
    check_output(out, (".html", ".htm"), overwrite=overwrite)
    from rampup.report.write import write_report

    write_report(runs, out, overwrite=True)
    typer.echo(f"wrote {out} ({out.stat().st_size / 1000:,.0f} kB)")
