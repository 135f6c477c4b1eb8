"""`rampup export`: a trace in another format."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from rampup import read_trace
from rampup.cli import app
from rampup.errors import ConfigError, TraceError
from rampup.trace.journal import Journal
from rampup.trace.record import Update


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "a"
    folder.mkdir()
    said = {"planned": 0.5, "reported": 0.5, "loss": 2.0, "grad_norm": 1.0, "ratio": None}
    with Journal(folder / "trace.jsonl") as journal:
        journal.append([Update(k=k, used=0.5, **said) for k in range(3)])
    return folder


@pytest.mark.parametrize("kind", ["csv", "tensorboard"])
def test_a_run_is_exported_beside_it(run_folder: Path, kind: str) -> None:
    result = CliRunner().invoke(app, ["export", str(run_folder), "--to", kind])

    out = run_folder.with_name(f"a-{kind}")
    assert result.stdout == f"wrote 3 updates to {out}\n"
    assert read_trace(out)[1:] == read_trace(run_folder)


def test_an_old_log_is_exported_with_what_its_rates_are(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("step,lr\n0,0.1\n1,0.2\n")
    arguments = ["export", str(tmp_path / "log.csv"), "--to", "csv", "--lr", "used"]
    result = CliRunner().invoke(app, [*arguments, "-o", str(tmp_path / "b")])

    assert result.stdout == f"wrote 2 updates to {tmp_path / 'b'}\n"
    assert [event.used for event in read_trace(tmp_path / "b")[1:]] == [0.1, 0.2]


def test_what_cannot_be_exported_is_refused(run_folder: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["export", str(run_folder), "--to", "excel"])
    assert isinstance(result.exception, ConfigError)
    assert str(result.exception) == "--to 'excel' is unknown; use one of 'csv', 'tensorboard'"

    (tmp_path / "b").mkdir()
    Journal(tmp_path / "b" / "trace.jsonl").close()
    result = CliRunner().invoke(app, ["export", str(tmp_path / "b"), "--to", "csv"])
    assert isinstance(result.exception, TraceError)
    assert str(result.exception) == (
        f"{tmp_path / 'b'} holds no updates, so there is nothing to export"
    )
    assert not (tmp_path / "b-csv").exists()
