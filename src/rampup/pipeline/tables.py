"""Tables in: CSV and Parquet files, read by polars, refused in one sentence."""

import csv
from pathlib import Path
from typing import Final

import polars as pl

from rampup.errors import DataError

MISSING: Final = ["", "NA", "N/A", "NaN", "nan", "null", "NULL"]
"""Cell texts of a CSV file that mean: no value."""


def read_table(path: str | Path, *, as_text: bool = False) -> pl.DataFrame:
    """Return the table in a `.csv` or `.parquet` file.

    Args:
        path: the file.
        as_text: leave the cells of a CSV file as text, so that the caller can say which one
            does not fit.

    Raises:
        DataError: the file is missing, empty, damaged or of another kind.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".parquet"):
        raise DataError(f"{path} is neither .csv nor .parquet; convert it to one of them")
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise DataError(f"{path} {what}; give the path of a .csv or .parquet file")
    if path.stat().st_size == 0:
        raise DataError(f"{path} is empty; it needs a line of column names and rows below it")
    try:
        if suffix == ".parquet":
            frame = pl.read_parquet(path, glob=False)
        else:
            frame = pl.read_csv(
                path,
                null_values=MISSING,
                infer_schema=not as_text,
                infer_schema_length=None,
                glob=False,  # a name such as data[1].csv means that file
            )
    except pl.exceptions.NoDataError:
        raise DataError(f"{path} is empty; it needs column names and rows below them") from None
    except (pl.exceptions.PolarsError, OSError) as error:
        why = _ragged_line(path) if suffix == ".csv" else None
        why = why or str(error).strip().splitlines()[0]
        if "utf-8" in why.lower():
            why = "it is not UTF-8; save it in that encoding"
        raise DataError(f"{path} cannot be read as {suffix[1:]}: {why}") from None
    if frame.height == 0:
        raise DataError(f"{path} has column names but no row; add rows below them")
    return frame


def _ragged_line(path: Path) -> str | None:
    """Return which line of a CSV file has more fields than its header, if one has."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            names = len(next(rows))
            for row in rows:
                if len(row) > names:
                    return (
                        f"line {rows.line_num} has {len(row)} fields, but the header names "
                        f"{names}; quote what holds a comma, or name the missing columns"
                    )
    except (csv.Error, UnicodeDecodeError, StopIteration):
        return None
    return None
