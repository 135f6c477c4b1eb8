"""CSV and Parquet files in, and every file that is none refused in one sentence."""

from pathlib import Path

import polars as pl
import pytest

from rampup.errors import DataError
from rampup.pipeline.tables import read_table


def test_csv_and_parquet_give_the_same_table(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": [1.5, None, 3.0], "b": ["x", None, "z"], "c": [1, 2, 3]})
    frame.write_csv(tmp_path / "t.csv")
    frame.write_parquet(tmp_path / "t.PARQUET")

    assert read_table(tmp_path / "t.csv").equals(frame)
    assert read_table(str(tmp_path / "t.PARQUET")).equals(frame)


@pytest.mark.parametrize("cell", ["", "NA", "N/A", "NaN", "nan", "null", "NULL"])
def test_a_cell_that_says_missing_is_missing(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"a,b\n1,x\n{cell},y\n2.5,z\n", encoding="utf-8")

    assert read_table(path)["a"].to_list() == [1.0, None, 2.5]


def test_a_late_text_makes_the_whole_column_text(tmp_path: Path) -> None:
    """Types are read off all rows, not off the first hundred."""
    path = tmp_path / "t.csv"
    path.write_text("a\n" + "1\n" * 5000 + "x\n", encoding="utf-8")

    assert read_table(path)["a"].dtype == pl.String


def test_cells_can_be_left_as_text(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,NA\n2.50,true\n", encoding="utf-8")

    assert read_table(path, as_text=True).rows() == [("1", None), ("2.50", "true")]


@pytest.mark.parametrize("name", ["rows[1]", "rows*", "rows?"])
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_name_with_wildcards_means_that_file(tmp_path: Path, name: str, suffix: str) -> None:
    """Not the files that the wildcards would match."""
    for stem, value in ((name, 1), ("rows1", 2)):
        frame = pl.DataFrame({"a": [value]})
        path = tmp_path / f"{stem}.{suffix}"
        path.write_bytes(b"")
        with path.open("wb") as file:
            frame.write_csv(file) if suffix == "csv" else frame.write_parquet(file)

    assert read_table(tmp_path / f"{name}.{suffix}")["a"].to_list() == [1]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.csv", None, "t.csv does not exist; give the path of a .csv or .parquet file"),
        ("t.csv", b"", "t.csv is empty; it needs a line of column names and rows below it"),
        ("t.csv", b"\n\n", "t.csv is empty; it needs column names and rows below them"),
        ("t.csv", b"a,b\n", "t.csv has column names but no row; add rows below them"),
        (
            "t.csv",
            b"a\n\xe9\n",
            "t.csv cannot be read as csv: it is not UTF-8; save it in that encoding",
        ),
        ("t.txt", b"a\n1\n", "t.txt is neither .csv nor .parquet; convert it to one of them"),
        ("t.parquet", b"", "t.parquet is empty; it needs a line of column names and rows below it"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused(
    here: Path, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        Path(name).write_bytes(content)
    with pytest.raises(DataError) as error:
        read_table(name)

    assert str(error.value) == said


def test_a_folder_is_no_table(here: Path) -> None:
    Path("t.csv").mkdir()
    with pytest.raises(DataError) as error:
        read_table("t.csv")

    assert str(error.value) == "t.csv is a folder; give the path of a .csv or .parquet file"


def test_a_line_with_too_many_fields_is_named(here: Path) -> None:
    """Quoted commas and quoted line ends do not count, so the line is the file's."""
    Path("t.csv").write_bytes(b'a,b\n"x, y",2\n"two\nlines",4\n5,6,7\n')
    with pytest.raises(DataError) as error:
        read_table("t.csv")

    assert str(error.value) == (
        "t.csv cannot be read as csv: line 5 has 3 fields, but the header names 2; "
        "quote what holds a comma, or name the missing columns"
    )


@pytest.mark.parametrize(
    ("name", "content"), [("t.parquet", b"hello"), ("t.csv", b"a,b\n\xff\xfe,1,2,3\n")]
)
def test_a_damaged_file_is_refused_in_one_line(here: Path, name: str, content: bytes) -> None:
    Path(name).write_bytes(content)
    with pytest.raises(DataError, match=rf"^{name} cannot be read as {name[2:]}: .+$") as error:
        read_table(name)

    assert "\n" not in str(error.value)


def test_a_parquet_file_without_rows_is_refused(here: Path) -> None:
    pl.DataFrame({"a": pl.Series([], dtype=pl.Float64)}).write_parquet("t.parquet")
    with pytest.raises(DataError, match=r"^t.parquet has column names but no row; add rows"):
        read_table("t.parquet")
