"""`rampup report`: runs in, one HTML file out."""

from pathlib import Path

import pytest
from tests.cli.conftest import Command


@pytest.fixture
def run(rampup: Command, here: Path) -> Path:
    """Return the folder of a short run, runs/r."""
    assert rampup("train", "--epochs", "6", "--no-baseline", "--name", "r").code == 0
    return here / "runs" / "r"


def test_a_page_is_written_and_its_size_said(rampup: Command, run: Path, here: Path) -> None:
    answer = rampup("report", "runs/r", "-o", "r.html")
    size = (here / "r.html").stat().st_size
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == f"wrote r.html ({size / 1000:,.0f} kB)\n"
    assert {one.name for one in here.iterdir()} == {"runs", "r.html"}


def test_several_runs_share_a_page(rampup: Command, run: Path, here: Path) -> None:
    assert rampup("report", "runs/r", "runs/r", "-o", "r.html").code == 0
    assert '<section id="differences">' in (here / "r.html").read_text(encoding="utf-8")


def test_an_older_page_is_replaced_only_when_asked(rampup: Command, run: Path, here: Path) -> None:
    (here / "r.html").write_text("mine")
    refused = rampup("report", "runs/r", "-o", "r.html")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (
        "rampup: r.html exists already; choose another name, or replace it with --overwrite\n"
    )
    assert (here / "r.html").read_text() == "mine"
    assert rampup("report", "runs/r", "-o", "r.html", "--overwrite").code == 0
    assert (here / "r.html").read_text(encoding="utf-8").startswith("<!doctype html>")


BAD = {
    "missing": (("runs/no", "-o", "r.html"),
        "runs/no holds no trace; give a folder that rampup train or rampup.watch wrote"),
    "no trace": (("runs", "-o", "r.html"),
        "runs holds no trace; give a folder that rampup train or rampup.watch wrote"),
    "kind of out": (("runs/r", "-o", "r.pdf"),
        "r.pdf is neither .html nor .htm; name the output as one of them"),
    "place of out": (("runs/r", "-o", "no/r.html"),
        "no/r.html cannot be written: No such file or directory"),
    "too many": (("runs/r",) * 9 + ("-o", "r.html"),
        "a report holds 1 to 8 runs, not 9; choose fewer"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_and_nothing_written(
    rampup: Command, run: Path, here: Path, case: str
) -> None:
    arguments, said = BAD[case]
    before = sorted(here.rglob("*"))
    answer = rampup("report", *arguments)
    assert (answer.code, answer.out, answer.err) == (2, "", f"rampup: {said}\n")
    assert sorted(here.rglob("*")) == before
