"""A killed process leaves a folder that can be read, loaded and used for prediction."""

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
import torch

from rampup import predict
from rampup.pipeline.data import example
from rampup.pipeline.predict import saved
from rampup.trace.journal import Journal, read
from rampup.trace.record import End, Epoch, Insight


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a training that was killed after its fourth epoch."""
    folder = tmp_path_factory.mktemp("killed") / "run"
    command = [
        sys.executable, "-m", "rampup", "train", "--epochs", "100000", "--json",
        "--out", str(folder),
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        kinds = Counter()
        for line in process.stdout:
            kinds[json.loads(line)["kind"]] += 1
            if kinds["epoch"] == 5:
                break
        process.kill()
    assert process.returncode == -signal.SIGKILL
    return folder


def test_the_trace_reads(killed: Path) -> None:
    """All whole events are there; what the kill tore is reported, and no end is claimed."""
    reading = read(killed / "trace.jsonl")
    epochs = [event for event in reading.events if isinstance(event, Epoch)]

    assert [epoch.epoch for epoch in epochs[:4]] == [0, 1, 2, 3]
    assert not [event for event in reading.events if isinstance(event, End)]


def test_the_trace_can_be_continued(killed: Path, tmp_path: Path) -> None:
    """Even where the last line is torn."""
    torn = tmp_path / "trace.jsonl"
    torn.write_bytes((killed / "trace.jsonl").read_bytes()[:-7])
    before = read(torn)
    assert before.torn

    with Journal(torn) as journal:
        journal.append([Insight(sentences=["go on"])])

    assert read(torn).events == [*before.events, Insight(sentences=["go on"])]
    assert read(torn).torn == ""


def test_the_weights_load_and_predict(killed: Path) -> None:
    model, _ = saved(killed)
    features, _ = example(0)
    rows = predict(killed, pl.DataFrame({f"x{j + 1}": features[:, j] for j in range(10)}))

    assert all(torch.isfinite(value).all() for value in model.state_dict().values())
    assert rows.shape == (1000, 3)
    assert rows.null_count().sum_horizontal().item() == 0


def test_no_half_written_file_is_taken_for_a_whole_one(killed: Path) -> None:
    whole = {"config.toml", "model.safetensors", "preprocess.json", "trace.jsonl"}
    rest = {path.name for path in killed.iterdir()} - whole

    assert whole <= {path.name for path in killed.iterdir()}
    assert rest <= {".model.safetensors.part"}
