"""A recorded run is one fact, whoever recorded it; a list is one run of several processes."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

import rampup
from rampup.checker.engine import findings
from rampup.checker.gather.trace import facts
from rampup.errors import CheckError


def record(to: Path | None, *, rate: float = 1.0, updates: int = 6, groups: int = 1) -> object:
    parts = [torch.nn.Linear(2, 1) for _ in range(groups)]
    optimizer = SGD([{"params": p.parameters(), "lr": rate / (i + 1)} for i, p in enumerate(parts)])
    scheduler = LambdaLR(optimizer, lambda step: step / 4)
    with rampup.watch(parts[0], optimizer, scheduler=scheduler, to=to) as trace:
        for number in range(updates):
            optimizer.step()
            scheduler.step()
            if number == 2:
                trace.epoch()
    return trace


@pytest.mark.parametrize("form", ["trace", "events", "folder", "file"])
def test_our_own_trace(tmp_path: Path, form: str) -> None:
    trace = record(tmp_path / "run", groups=2)
    source = {
        "trace": trace,
        "events": trace.events,  # type: ignore[attr-defined]
        "folder": tmp_path / "run",
        "file": str(tmp_path / "run" / "trace.jsonl"),
    }[form]
    (run,) = facts(source)
    assert run.used.shape == (6, 2)
    assert run.used[:, 0].tolist() == [0, 0.25, 0.5, 0.75, 1, 1.25]
    assert run.used[:, 1].tolist() == [0, 0.125, 0.25, 0.375, 0.5, 0.625]
    assert (run.epochs, run.finished, run.base) == ((0, 3), True, (1.0,))
    assert [finding.code for finding in findings([run])] == ["RU101"]


def test_a_run_of_the_pipeline(tmp_path: Path) -> None:
    rampup.train(
        {"training": {"epochs": 2}, "baseline": {"seeds": 0}, "schedule": "warmup 1ep >> hold"},
        to=tmp_path / "a",
    )
    (run,) = facts(tmp_path / "a")
    assert run.expected == run.ends == len(run.used)
    assert run.finished
    assert run.planned is not None
    assert np.array_equal(run.planned, run.used)
    assert findings([run]) == []


def test_a_table_says_what_was_used_and_logged(tmp_path: Path) -> None:
    rows = [f"{k},{0.25 * (k + 1)},{0.25 * (k + 2)}" for k in range(6)]
    (tmp_path / "log.csv").write_text("\n".join(["step,used,reported", *rows]))
    (run,) = facts(tmp_path / "log.csv")
    assert not run.finished
    (finding,) = findings([run])
    assert (finding.code, finding.severity) == ("RU403", "note")
    assert finding.message == (
        "0.5 was logged for update 0, which used 0.25: each rate is logged one update too early"
    )


def test_what_another_tool_left_out_is_not_made_up(tmp_path: Path) -> None:
    history = [{"step": step, "learning_rate": 0.1, "loss": 1.0} for step in (10, 20, 30)]
    (tmp_path / "trainer_state.json").write_text(
        json.dumps({"log_history": history, "max_steps": 40, "num_train_epochs": 1})
    )
    (run,) = facts(tmp_path)
    assert run.expected == 40
    assert run.reported is not None
    assert np.isnan(run.used).all()
    assert np.flatnonzero(np.isfinite(run.reported)).tolist() == [9, 19, 29]
    assert (run.calls, run.index, run.stepped) == (None, None, None)
    assert findings([run]) == []


def test_ranks(tmp_path: Path) -> None:
    same = [record(None), record(None)]
    assert findings(facts(same[:1])) == findings(facts(same)[:1])
    (found,) = [
        f for f in findings(facts([record(None), record(None, rate=0.5)])) if f.code == "RU306"
    ]
    assert found.message == "the processes use different rates: rank 1 0.125, rank 0 0.25"
    other = facts([record(None, groups=2), record(None)])
    assert other[0].ranks is None


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(CheckError, match="no trace can be read from"):
        facts(tmp_path / "none")
    (tmp_path / "log.csv").write_text("step,used\n0,1\n99999999999,1\n")
    with pytest.raises(CheckError) as refused:
        facts(tmp_path / "log.csv")
    assert str(refused.value) == (
        f"{tmp_path / 'log.csv'} numbers an update 99999999999, which is too many; "
        "name the column of updates"
    )


def test_a_trace_without_updates() -> None:
    (run,) = facts([*record(None, updates=0).events])  # type: ignore[attr-defined]
    assert run.used.shape == (0, 1)
    assert findings([run]) == []
