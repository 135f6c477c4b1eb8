"""`rampup predict`: rows of a new table through a trained run."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from rampup.cli.output import check_output, write_output
from rampup.errors import DataError


def predict(
    run: Annotated[Path, typer.Argument(help="A folder that rampup train wrote.")],
    table: Annotated[Path, typer.Argument(help="A .csv or .parquet file with the same columns.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="Write to this .csv or .parquet file instead of printing."
        ),
    ] = None,
    trace: Annotated[
        int | None,
        typer.Option(metavar="ROW", help="Print one row layer by layer instead, counted from 0."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an older OUT.")] = False,
) -> None:
    """Predict the class and the probabilities of each row of a table."""
    if out is not None:
        if trace is not None:
            raise DataError("--trace prints and --out writes; give one of them")
        check_output(out, (".csv", ".parquet"), overwrite=overwrite)
    if trace is not None:
        _trace(run, table, trace)
        return
    from rampup.pipeline.predict import predict as run_predict

    rows = run_predict(run, table)
    if out is None:
        sys.stdout.write(rows.write_csv())
        return
    write_output(out, rows.write_csv if out.suffix.lower() == ".csv" else rows.write_parquet)
    typer.echo(f"wrote {rows.height} rows to {out}")


def _trace(run: Path, table: Path, row: int) -> None:
    from rich.console import Console

    from rampup.pipeline.predict import trace_row
    from rampup.report.sections import prediction
    from rampup.report.terminal import print_plain

    console = Console(highlight=False)
    print_plain(console, prediction(trace_row(run, table, row), console.width))
