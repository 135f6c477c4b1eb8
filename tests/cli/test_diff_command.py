"""`rampup diff`: 0 where runs are the same, 1 where they differ, 2 where one cannot be read."""

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from tests.cli.conftest import Command, rows
from tests.trace.compared import run_a, run_b

from rampup.trace.diff import diff
from rampup.trace.journal import Journal


@pytest.fixture
def runs(here: Path) -> Path:
    """Return the current folder, with the runs a, b and again, which is a once more."""
    for name, events in (("a", run_a()), ("b", run_b()), ("again", run_a())):
        (here / name).mkdir()
        with Journal(here / name / "trace.jsonl") as journal:
            journal.append(events)
    return here


def test_the_same_run_answers_0(rampup: Command, runs: Path) -> None:
    answer = rampup("diff", "a", "again")

    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines()[:2] == ["a  a", "b  again"]
    assert answer.out.endswith("\nno difference\n")


def test_another_run_answers_1(rampup: Command, runs: Path) -> None:
    answer = rampup("diff", "a", "b/trace.jsonl")

    assert (answer.code, answer.err) == (1, "")
    assert "· rate used first differs at update 0: 0.05 in a, 0.1 in b" in answer.out
    assert answer.out.endswith("\n25 differences\n")


@pytest.mark.parametrize(("other", "code"), [("again", 0), ("b", 1)])
def test_json_is_one_object(rampup: Command, runs: Path, other: str, code: int) -> None:
    answer = rampup("diff", "a", other, "--json", "--tolerance", "0.5")
    wanted = diff(Path("a"), Path(other), tolerance=0.5).to_dict()

    assert (answer.code, answer.err) == (code, "")
    assert json.loads(answer.out) == wanted


@pytest.mark.parametrize(("other", "code"), [("again", 0), ("b", 1)])
def test_a_page_is_written_and_the_answer_is_the_same(
    rampup: Command, runs: Path, other: str, code: int
) -> None:
    answer = rampup("diff", "a", other, "-o", "d.html", "--tolerance", "0.5")
    size = (runs / "d.html").stat().st_size

    assert (answer.code, answer.err) == (code, "")
    assert answer.out == f"wrote d.html ({size / 1000:,.0f} kB)\n"
    page = (runs / "d.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert ("No difference" in page) == (code == 0)
    assert '"tolerance":0.5' in page


def test_an_older_page_is_replaced_only_when_asked(rampup: Command, runs: Path) -> None:
    (runs / "d.html").write_text("mine")
    refused = rampup("diff", "a", "again", "-o", "d.html")

    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (
        "rampup: d.html exists already; choose another name, or replace it with --overwrite\n"
    )
    assert (runs / "d.html").read_text() == "mine"
    assert rampup("diff", "a", "again", "-o", "d.html", "--overwrite").code == 0
    assert (runs / "d.html").read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("a", "b", "--json", "-o", "d.html"),
            "--json prints and --out writes a page; choose one of them",
        ),
        (
            ("a", "b", "-o", "d.pdf"),
            "d.pdf is neither .html nor .htm; name the output as one of them",
        ),
        (("a", "b", "-o", "no/d.html"), "no/d.html cannot be written: No such file or directory"),
        (
            ("a", "gone", "-o", "d.html"),
            "gone holds no trace; give a folder that rampup train or rampup.watch wrote",
        ),
        (("a", "gone"), "no trace can be read from gone: No such file or directory"),
        (("a", "empty"), "no trace can be read from empty/trace.jsonl: No such file or directory"),
        (("a", "b", "--tolerance", "2"), "tolerance 2.0 is not allowed; write a number in [0, 1)"),
        (
            ("a", "damaged.jsonl"),
            (
                "damaged.jsonl, line 1: no event of a trace: 'x' (Expecting value: line 1 column 1 "
                "(char 0))"
            ),
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(
    rampup: Command, runs: Path, arguments: tuple[str, ...], said: str
) -> None:
    (runs / "empty").mkdir()
    (runs / "damaged.jsonl").write_text("x\n", encoding="utf-8")
    answer = rampup("diff", *arguments)

    assert (answer.code, answer.out, answer.err) == (2, "", f"rampup: {said}\n")


def test_a_diff_never_pays_for_torch(tmp_path: Path) -> None:
    for name in ("a", "b"):
        with Journal(tmp_path / name) as journal:
            journal.append(run_a())
    program = (
        "import sys; from rampup.cli import main; sys.argv[0:1] = ['rampup', 'diff']\n"
        "try: main()\nexcept SystemExit: pass\n"
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "a", tmp_path / "b"],
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"no difference" in done.stdout


def test_runs_on_changed_data_say_so(rampup: Command, here: Path) -> None:
    """One cell of a row that no stage shows: only the hash of the whole can tell."""
    changed = rows().with_columns(size=pl.when(pl.row_index() == 57).then(2.5).otherwise("size"))
    for name, table in (("a", rows()), ("again", rows()), ("b", changed)):
        table.write_csv("rows.csv")
        said = rampup(
            "train", "rows.csv", "--target", "label", "--epochs", "6", "--no-baseline",
            "--out", name,
        )  # fmt: skip
        assert said.code == 0, said.err

    same, other = rampup("diff", "a", "again"), rampup("diff", "a", "b")

    assert (same.code, other.code) == (0, 1)
    assert "note: the recorded hash of the data is the same\n" in same.out
    assert "note: the recorded hash of the data is not the same\n" in other.out
    assert "· stage 1, data loading: the data is not the same; its sha256 begins with '" in (
        other.out
    )
