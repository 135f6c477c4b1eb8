"""`rampup predict`: rows of a new table through a trained run."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rampup.errors import DataError

if TYPE_CHECKING:
    import polars as pl


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
        if out.suffix.lower() not in (".csv", ".parquet"):
            raise DataError(f"{out} is neither .csv nor .parquet; name the output as one of them")
        if out.exists() and not overwrite:
            raise DataError(
                f"{out} exists already; choose another name, or replace it with --overwrite"
            )
    if trace is not None:
        _trace(run, table, trace)
        return
    from rampup.pipeline.predict import predict as run_predict

    rows = run_predict(run, table)
    if out is None:
        sys.stdout.write(rows.write_csv())
        return
    _write(rows, out)
    typer.echo(f"wrote {rows.height} rows to {out}")


def _trace(run: Path, table: Path, row: int) -> None:
    from rich.console import Console

    from rampup.pipeline.predict import trace_row
    from rampup.report.sections import prediction

    console = Console(highlight=False)
    console.print(prediction(trace_row(run, table, row), console.width))


def _write(rows: "pl.DataFrame", out: Path) -> None:
    """Write the whole file beside its place first, so that a crash leaves no half of it."""
    part = out.with_name(f".{out.name}.part")
    try:
        with part.open("wb") as file:
            if out.suffix.lower() == ".csv":
                rows.write_csv(file)
            else:
                rows.write_parquet(file)
        part.replace(out)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise DataError(f"{out} cannot be written: {error.strerror}") from None
