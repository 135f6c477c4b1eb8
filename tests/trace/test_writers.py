"""Writers: what they write is what happened, and it comes back."""

import math
from pathlib import Path

import pytest

from rampup import CsvWriter, TensorBoardWriter, read_trace
from rampup.errors import TraceError
from rampup.trace.record import Epoch, Event, Insight, Update
from rampup.trace.writers import WRITERS, export


def update(k: int, **more: float | None) -> Update:
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
    update(3, used=0.0),
    epoch(2, 4, held_out_accuracy=0.75, metrics={"epoch": 0.25, "a,b": 1.0, "grad_norm": 3.0}),
]


@pytest.mark.parametrize("kind", WRITERS)
def test_what_is_written_comes_back(tmp_path: Path, kind: str) -> None:
    """All but the events that are neither an update nor an epoch."""
    assert export(TRACE, kind, tmp_path / "out") == 4

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

    assert told("rate/used") == [(0, 0.25), (1, pytest.approx(0.1)), (3, 0.0)]
    assert told("rate/reported") == [(0, 0.5)]
    assert told("epoch/held_out_loss") == [(2, 1.5)]
    assert told("epoch/metrics/f1") == [(2, 0.5)]
    assert repr(told("update/loss")) == "[(0, 2.5), (1, nan), (2, inf)]"
