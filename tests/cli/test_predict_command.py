"""`rampup predict`: a table in, classes and probabilities out; one row layer by layer."""

from pathlib import Path

import polars as pl
import pytest
from tests.cli.conftest import Command, rows

from rampup.pipeline.predict import predict, trace_row


@pytest.fixture
def run(rampup: Command, here: Path) -> Path:
    """Return the folder of a run on `rows`; beside it lies new.csv."""
    rows().write_csv("t.csv")
    rows(5).drop("label").write_csv("new.csv")
    answer = rampup("train", "t.csv", "--target", "label", "--name", "r", "--no-baseline")
    assert answer.code == 0
    return here / "runs" / "r"


def test_rows_are_printed_as_csv(rampup: Command, run: Path) -> None:
    answer = rampup("predict", "runs/r", "new.csv")
    expected = predict(run, "new.csv")

    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines()[0] == "class,p(no),p(yes)"
    assert pl.read_csv(answer.out.encode()).equals(expected)
    assert expected["class"].to_list() == ["no", "yes", "no", "yes", "no"]


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_rows_are_written(rampup: Command, run: Path, here: Path, name: str) -> None:
    answer = rampup("predict", "runs/r", "new.csv", "-o", name)
    read = pl.read_csv if name.endswith("csv") else pl.read_parquet

    assert (answer.code, answer.out, answer.err) == (0, f"wrote 5 rows to {name}\n", "")
    assert read(name).equals(predict(run, "new.csv"))
    assert {path.name for path in here.iterdir()} == {"t.csv", "new.csv", "runs", name}


def test_a_file_is_replaced_only_when_asked(rampup: Command, run: Path, here: Path) -> None:
    (here / "out.csv").write_text("mine", encoding="utf-8")
    refused = rampup("predict", "runs/r", "new.csv", "-o", "out.csv")

    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (
        "rampup: out.csv exists already; choose another name, or replace it with --overwrite\n"
    )
    assert (here / "out.csv").read_text(encoding="utf-8") == "mine"
    assert rampup("predict", "runs/r", "new.csv", "-o", "out.csv", "--overwrite").code == 0
    assert pl.read_csv("out.csv").height == 5


def test_one_row_is_shown_layer_by_layer(rampup: Command, run: Path) -> None:
    answer = rampup("predict", "runs/r", "new.csv", "--trace", "3")
    prediction = trace_row(run, "new.csv", 3)
    lines = [line.rstrip() for line in answer.out.splitlines()]

    assert (answer.code, answer.err) == (0, "")
    assert [line.split()[0] for line in lines[1:6]] == [
        "Input", "Linear", "ReLU", "Linear", "Softmax",
    ]  # fmt: skip
    assert lines[-1].startswith("row 3 → yes   (yes: ")
    assert f"{prediction.probabilities['yes']:.1%}" in lines[-1]
    assert "label" not in lines[-1]


BAD = {
    "unseen category": ("colour\nred\npink\n", (),
        ("column 'colour' holds 'pink' in row 1 (counted from 0), which training never saw; "
         "known are 'blue', 'red': use one of them, or leave the cell empty")),
    "text for a number": ("size\n1\nbig\n", (),
        ("column 'size' holds the text 'big' in row 1 (counted from 0), but was numbers in "
         "training; write a number, or leave the cell empty")),
    "infinite": ("size\n1\ninf\n", (),
        ("column 'size' is infinite in 1 of 2 rows (first: row 1, counted from 0); replace "
         "infinity with a number or nothing")),
    "far away": ("size\n1\n1e300\n", (),
        ("column 'size' in row 1 (counted from 0) is too far from the training rows for a "
         "32-bit number; correct the cell, or leave it empty")),
    "no such row": ("size\n1\n2\n", ("--trace", "2"),
        "there is no row 2; the table has rows 0 to 1"),
    "empty": ("", (), "bad.csv is empty; it needs a line of column names and rows below it"),
    "trace and out": ("size\n1\n", ("--trace", "0", "-o", "out.csv"),
        "--trace prints and --out writes; give one of them"),
    "kind of out": ("size\n1\n", ("-o", "out.xlsx"),
        "out.xlsx is neither .csv nor .parquet; name the output as one of them"),
    "place of out": ("size\n1\n", ("-o", "no/out.csv"),
        "no/out.csv cannot be written: No such file or directory"),
    "place of a parquet": ("size\n1\n", ("-o", "no/out.parquet"),
        "no/out.parquet cannot be written: No such file or directory"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_and_nothing_written(
    rampup: Command, run: Path, here: Path, case: str
) -> None:
    content, arguments, said = BAD[case]
    name, *cells = content.splitlines() or [""]
    if content:
        other = {"size": "1", "colour": "red"} | {name: None}
        frame = pl.DataFrame(
            {k: cells if v is None else [v] * len(cells) for k, v in other.items()}
        )
        frame.write_csv("bad.csv")
    else:
        Path("bad.csv").write_text("", encoding="utf-8")
    before = sorted(here.rglob("*"))

    answer = rampup("predict", "runs/r", "bad.csv", *arguments)

    assert (answer.code, answer.out, answer.err) == (2, "", f"rampup: {said}\n")
    assert sorted(here.rglob("*")) == before


def test_a_missing_column_is_refused_with_the_nearest(rampup: Command, run: Path) -> None:
    rows(3).rename({"size": "Size"}).write_csv("bad.csv")
    answer = rampup("predict", "runs/r", "bad.csv")

    assert answer.code == 2
    assert answer.err == (
        "rampup: there is no column 'size', which training had; did you mean 'Size'?\n"
    )


def test_a_folder_without_a_run_is_refused(rampup: Command, here: Path) -> None:
    rows(3).write_csv("new.csv")
    answer = rampup("predict", "runs/none", "new.csv")

    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "rampup: runs/none holds no run of rampup; give a folder that rampup train wrote\n"
    )


def test_a_folder_is_not_replaced_by_a_file(rampup: Command, run: Path, here: Path) -> None:
    (here / "out.csv").mkdir()
    answer = rampup("predict", "runs/r", "new.csv", "-o", "out.csv", "--overwrite")

    assert answer.code == 2
    assert answer.err.startswith("rampup: out.csv cannot be written: ")
    assert list((here / "out.csv").iterdir()) == []
    assert not (here / ".out.csv.part").exists()
