"""Writers: what they write is what happened, and it comes back."""

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rampup import CsvWriter, TensorBoardWriter, read_trace
from rampup.errors import TraceError
from rampup.trace.journal import Journal
from rampup.trace.record import Epoch, Event, Insight, Update
from rampup.trace.writers import WRITERS, export


def update(k: int, **more: Any) -> Update:
    said = {"planned": None, "used": 0.1, "reported": None, "loss": None, "grad_norm": None}
    return Update(k=k, **said | more)


def epoch(number: int, updates: int, **more: object) -> Epoch:
    said = dict.fromkeys(
        ("train_loss", "train_accuracy", "held_out_loss", "held_out_accuracy"), math.nan
    )
    said |= {"rate_first": None, "rate_last": None, "held_out_rows": 0, "grad_norm": None}
    return Epoch(epoch=number, updates=updates, **said | more)


TRACE: list[Event] = [
    Insight(sentences=["not written"]),
    update(0, used=0.25, planned=0.25, reported=0.5, loss=2.5, grad_norm=1.5, ratio=0.125),
    update(1, loss=math.nan),
    epoch(1, 2, train_loss=2.0, held_out_loss=1.5, rate_first=0.25, metrics={"f1": 0.5}),
    update(2, used=math.nan, loss=math.inf),
    update(3, used=0.0, rates=[0.0, 0.5, 0.25]),
    update(4, used=0.5, rates=[0.5, 1.0, 0.5, 0.125]),
    epoch(2, 5, held_out_accuracy=0.75, metrics={"epoch": 0.25, "a,b": 1.0, "grad_norm": 3.0}),
]


@pytest.mark.parametrize("kind", WRITERS)
def test_what_is_written_comes_back(tmp_path: Path, kind: str) -> None:
    """All but the events that are neither an update nor an epoch."""
    assert export(TRACE, kind, tmp_path / "out") == 5

    header, *events = read_trace(tmp_path / "out")
    assert repr(TRACE[1:]) == repr(events)
    assert header.environment["source"] == str(tmp_path / "out")


def test_a_table_keeps_all_digits(tmp_path: Path) -> None:
    rate = 0.1 * (1 / 3)
    with CsvWriter(tmp_path) as writer:
        writer(update(0, used=rate))
        writer(epoch(1, 1, rate_last=rate))

    assert (tmp_path / "updates.csv").read_text() == (
        f"k,used,planned,reported,loss,grad_norm,ratio\n0,{rate!r},,,,,\n"
    )
    assert [event.used for event in read_trace(tmp_path)[1:2]] == [rate]
    assert read_trace(tmp_path)[2].rate_last == rate


def test_a_table_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "epochs.csv").write_text("mine")
    with pytest.raises(TraceError) as refused:
        CsvWriter(tmp_path)
    assert str(refused.value) == (
        f"{tmp_path}/epochs.csv exists already; write to another folder, or remove it"
    )
    assert not (tmp_path / "updates.csv").exists()


@pytest.mark.parametrize("writer", WRITERS.values())
def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, writer: type) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TraceError, match=r"file/.* cannot be written: File exists"):
        writer(tmp_path / "file")


def test_tensorboard_reads_what_was_written(tmp_path: Path) -> None:
    pytest.importorskip(
        "tensorboard", reason="tensorboard is not installed; make test-integrations"
    )
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    with TensorBoardWriter(tmp_path) as writer:
        for event in TRACE:
            writer(event)
    accumulator = EventAccumulator(str(tmp_path))
    accumulator.Reload()

    def told(tag: str) -> list[tuple[int, float]]:
        return [(event.step, event.value) for event in accumulator.Scalars(tag)]

    assert told("rate/used") == [(0, 0.25), (1, pytest.approx(0.1)), (3, 0.0), (4, 0.5)]
    assert told("lr/group1") == [(3, 0.5), (4, 1.0)]
    assert told("rate/reported") == [(0, 0.5)]
    assert told("epoch/held_out_loss") == [(2, 1.5)]
    assert told("epoch/metrics/f1") == [(2, 0.5)]
    assert repr(told("update/loss")) == "[(0, 2.5), (1, nan), (2, inf)]"


def test_the_rate_of_every_group_is_written(tmp_path: Path) -> None:
    """From where they differ on; where they are alike again, one number stands for all."""
    with CsvWriter(tmp_path) as writer:
        for one in (update(0), update(1, rates=[0.1, 0.2]), update(2, used=math.nan), update(3)):
            writer(one)

    assert (tmp_path / "updates.csv").read_text() == (
        "k,used,planned,reported,loss,grad_norm,ratio,lr/group0,lr/group1\n"
        "0,0.1,,,,,,,\n"
        "1,0.1,,,,,,0.1,0.2\n"
        "2,,,,,,,,\n"
        "3,0.1,,,,,,0.1,0.1\n"
    )
    assert [one.rates for one in read_trace(tmp_path)[1:]] == [None, [0.1, 0.2], None]


def test_groups_of_another_tool_are_rates_that_were_reported(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("step,lr/group0,lr/group1\n0,0.1,0.2\n")

    (one,) = read_trace(tmp_path / "log.csv")[1:]

    assert (one.reported, one.rates) == (0.1, None)


LIMITED = """
import atexit, resource, sys
import torch, rampup
from rampup.trace.writers import WRITERS

model = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
atexit.register(resource.setrlimit, resource.RLIMIT_FSIZE, (-1, -1))  # coverage saves later
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, -1))
with WRITERS[sys.argv[1]](sys.argv[2]) as writer:
    with rampup.watch(model, optimizer, listeners=[writer]) as trace:
        for k in range(2000):
            optimizer.step()
            if k % 100 == 99:
                trace.epoch(f1=0.5)
print(len(trace.updates), "updates")
"""


@pytest.mark.parametrize("kind", WRITERS)
def test_a_full_disk_is_one_warning_and_no_end_of_the_run(tmp_path: Path, kind: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, kind, tmp_path], capture_output=True, text=True, check=True
    )

    warnings = [line for line in done.stderr.splitlines() if "Warning" in line]
    assert done.stdout == "2000 updates\n"
    assert len(warnings) == 1
    assert warnings[0].endswith("is not written any more: File too large; the run goes on")
    assert len([event for event in read_trace(tmp_path) if isinstance(event, Update)]) > 10


def test_a_table_that_cannot_grow_keeps_what_it_had(tmp_path: Path) -> None:
    """A column more means that the file is written anew; and a folder stands where it would be."""
    with CsvWriter(tmp_path) as writer:
        writer(update(0))
        (tmp_path / ".updates.csv.part").mkdir()
        with pytest.warns(UserWarning, match="updates.csv is not written any more: Is a directory"):
            writer(update(1, rates=[0.1, 0.2]))
        writer(update(2))

    assert [event.k for event in read_trace(tmp_path)[1:]] == [0]


EXPORTED = """
import atexit, resource, sys
from pathlib import Path
from rampup.cli import main

atexit.register(resource.setrlimit, resource.RLIMIT_FSIZE, (-1, -1))  # coverage saves later
resource.setrlimit(resource.RLIMIT_FSIZE, (256, -1))
sys.argv = ["rampup", "export", sys.argv[1], "--to", sys.argv[2]]
main()
"""


@pytest.mark.parametrize("kind", WRITERS)
def test_an_export_that_does_not_fit_is_an_error(tmp_path: Path, kind: str) -> None:
    with Journal(tmp_path / "trace.jsonl") as journal:
        journal.append(update(k) for k in range(100))

    done = subprocess.run(
        [sys.executable, "-c", EXPORTED, tmp_path, kind],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.strip() == f"rampup: {tmp_path}-{kind} cannot be written: File too large"
