"""`write_report`: one whole file or none, and a sentence for what cannot be."""

from pathlib import Path

import pytest
from tests.report import events as e
from tests.report.page.conftest import kept

from rampup import write_report
from rampup.errors import DataError, TraceError


def refusal(kind: type[Exception], *arguments: object, **options: object) -> str:
    with pytest.raises(kind) as refused:
        write_report(*arguments, **options)  # type: ignore[arg-type]
    return str(refused.value)


def test_one_run_becomes_one_file(tmp_path: Path) -> None:
    run = kept(tmp_path / "a", e.whole_run())
    path = write_report(run, tmp_path / "a.html")
    assert path.read_text(encoding="utf-8").startswith('<!doctype html>\n<html lang="en">')
    assert path.stat().st_size <= 150_000
    assert {one.name for one in tmp_path.iterdir()} == {"a", "a.html"}


def test_a_journal_itself_is_a_run(tmp_path: Path) -> None:
    run = kept(tmp_path / "a", e.whole_run())
    page = write_report([run, run / "trace.jsonl"], tmp_path / "ab.html")
    assert "<bdi>trace.jsonl</bdi>" in page.read_text(encoding="utf-8")


def test_a_missing_run_is_refused(tmp_path: Path) -> None:
    assert refusal(TraceError, tmp_path / "no", tmp_path / "a.html") == (
        f"{tmp_path}/no holds no trace; give a folder that rampup train or rampup.watch wrote"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_trace_is_refused(tmp_path: Path) -> None:
    assert refusal(TraceError, tmp_path, tmp_path / "a.html") == (
        f"{tmp_path} holds no trace; give a folder that rampup train or rampup.watch wrote"
    )


@pytest.mark.parametrize("text", ["", '{"kind":"hea'])
def test_a_trace_without_an_event_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "trace.jsonl").write_text(text)
    assert refusal(TraceError, tmp_path, tmp_path / "a.html") == (
        f"{tmp_path}/trace.jsonl holds no event that could be shown; the run wrote nothing"
    )


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    run = kept(tmp_path / "a", [e.HEADER, *e.updates(1), *e.updates(2)])
    lines = (run / "trace.jsonl").read_text().splitlines()
    lines[7] = lines[7].replace(":", ";", 1)
    (run / "trace.jsonl").write_text("\n".join(lines) + "\n")
    said = refusal(TraceError, run, tmp_path / "a.html")
    assert said.startswith(f"{run}/trace.jsonl, line 8: no event of a trace: ")


@pytest.mark.parametrize("value", ['"abc"', "[]", "{}"])
def test_a_loss_that_is_no_number_is_named(tmp_path: Path, value: str) -> None:
    run = kept(tmp_path / "a", [e.HEADER, *e.updates(1)])
    text = (run / "trace.jsonl").read_text()
    (run / "trace.jsonl").write_text(text.replace('"loss":1.0', f'"loss":{value}'))
    said = refusal(TraceError, run, tmp_path / "a.html")
    assert said.startswith(f"{run}/trace.jsonl, line 2: ")


def test_an_older_file_is_kept_unless_asked(tmp_path: Path) -> None:
    run = kept(tmp_path / "a", e.whole_run())
    (tmp_path / "a.html").write_text("mine")
    assert refusal(DataError, run, tmp_path / "a.html") == (
        f"{tmp_path}/a.html exists already; choose another name, or say overwrite=True"
    )
    assert (tmp_path / "a.html").read_text() == "mine"
    write_report(run, tmp_path / "a.html", overwrite=True)
    assert (tmp_path / "a.html").read_text() != "mine"


def test_an_output_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    run = kept(tmp_path / "a", e.whole_run())
    assert refusal(DataError, run, tmp_path / "no" / "a.html") == (
        f"{tmp_path}/no/a.html cannot be written: No such file or directory"
    )
    (tmp_path / "d").mkdir()
    said = refusal(DataError, run, tmp_path / "d", overwrite=True)
    assert said.startswith(f"{tmp_path}/d cannot be written: ")
    assert {one.name for one in tmp_path.iterdir()} == {"a", "d"}
