"""`read_trace`: what other tools recorded, nothing added; refusals in one sentence."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from rampup import read_trace
from rampup.errors import TraceError
from rampup.trace.journal import Journal
from rampup.trace.observe import Observer
from rampup.trace.record import Epoch, Event, Header, Update
from rampup.trace.tfrecord import first_record, record


def updates(events: list[Event]) -> list[Update]:
    return [event for event in events if isinstance(event, Update)]


def epochs(events: list[Event]) -> list[Epoch]:
    return [event for event in events if isinstance(event, Epoch)]


def event_file(folder: Path, *rows: tuple[int, dict[str, float]], name: str = "1") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"events.out.tfevents.{name}"
    written = b"".join(record(step, 1.7e9 + step, values) for step, values in rows)
    path.write_bytes(first_record(1.7e9) + written)
    return path


def state_file(folder: Path, rows: list[dict[str, Any]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "trainer_state.json"
    path.write_text(json.dumps({"max_steps": 4, "log_history": rows}))
    return path


def table(folder: Path, text: str) -> Path:
    path = folder / "log.csv"
    path.write_text(text)
    return path


STATE = [
    {"step": 1, "epoch": 0.5, "loss": 3.0, "learning_rate": 0.1, "grad_norm": 1.0},
    {"step": 2, "epoch": 1.0, "loss": 2.0, "learning_rate": 0.2, "grad_norm": 2.0},
    {"step": 2, "epoch": 1.0, "eval_loss": 2.5, "eval_accuracy": 0.5, "eval_runtime": 9.0},
    {"step": 3, "epoch": 1.5, "loss": 1.0, "learning_rate": 0.3, "grad_norm": "nan"},
    {"step": 3, "epoch": 1.5, "eval_loss": 1.25, "eval_f1": 0.75},
    {"step": 4, "epoch": 2.0, "loss": 0.5, "learning_rate": 0.4},
    {"step": 4, "epoch": 2.0, "train_loss": 1.625, "train_runtime": 7.0},
]


def test_a_trainer_state(tmp_path: Path) -> None:
    header, *events = read_trace(state_file(tmp_path, STATE))

    assert isinstance(header, Header)
    assert header.environment == {
        "source": str(tmp_path / "trainer_state.json"),
        "format": "Hugging Face trainer_state.json",
        "notes": [],
    }
    told = [(u.k, u.reported, u.loss, u.planned) for u in updates(events)]
    rows = [(0, 0.1, 3.0), (1, 0.2, 2.0), (2, 0.3, 1.0), (3, 0.4, 0.5)]
    assert told == [(*row, None) for row in rows]
    assert all(math.isnan(update.used) for update in updates(events))
    assert repr([u.grad_norm for u in updates(events)]) == "[1.0, 2.0, nan, None]"
    one, within, two = epochs(events)
    assert [one.epoch, one.updates, one.train_loss, one.grad_norm] == [1, 2, 2.5, 1.5]
    assert [one.held_out_loss, one.held_out_accuracy, one.metrics] == [2.5, 0.5, {}]
    assert [within.epoch, within.updates, within.held_out_loss] == [1, 3, 1.25]
    assert within.metrics == {"eval_f1": 0.75, "epoch": 1.5}
    assert [two.epoch, two.updates, two.train_loss] == [2, 4, 0.75]
    assert math.isnan(two.held_out_loss)
    order = [type(event).__name__[0] for event in events]
    assert "".join(order) == "UUEUEUE"


@pytest.mark.parametrize(
    ("lr", "used"), [("used", [0.1, 0.2, 0.3, 0.4]), ("next", [math.nan, 0.1, 0.2, 0.3])]
)
def test_a_logged_rate_is_what_the_caller_says(tmp_path: Path, lr: str, used: list[float]) -> None:
    found = updates(read_trace(state_file(tmp_path, STATE), lr=lr))

    assert repr(used) == repr([update.used for update in found])
    assert {update.reported for update in found} == {None}


def test_a_mean_over_several_updates_is_called_one(tmp_path: Path) -> None:
    rows = [{"step": 2, "epoch": 1.0, "loss": 3.0}, {"step": 4, "epoch": 2.0, "loss": 2.0}]
    header, *events = read_trace(state_file(tmp_path, rows))

    assert header.environment["notes"] == [
        "a loss is the mean over the updates since the row before"
    ]
    assert [(update.k, update.loss) for update in updates(events)] == [(1, 3.0), (3, 2.0)]
    assert all(math.isnan(epoch.train_loss) for epoch in epochs(events))


def test_the_last_checkpoint_is_read(tmp_path: Path) -> None:
    for count in (2, 10, 9):
        state_file(tmp_path / f"checkpoint-{count}", [{"step": count, "loss": 1.0}])

    assert [update.k for update in updates(read_trace(tmp_path))] == [9]


@pytest.mark.parametrize(
    ("lr", "loss", "norm", "held_out"),
    [
        ("train/learning_rate", "train/loss", "train/grad_norm", "eval/loss"),
        ("lr-AdamW/pg1", "train_loss_step", "grad_2.0_norm_total", "val_loss"),
        ("Learning Rate", "Loss/train", "gradient_norm", "Loss/val"),
    ],
)
def test_a_log_of_tensorboard(tmp_path: Path, lr: str, loss: str, norm: str, held_out: str) -> None:
    event_file(
        tmp_path,
        (0, {lr: 0.1, loss: 3.0, norm: 1.0}),
        (1, {lr: 0.2, loss: 2.0, norm: 2.0}),
        (1, {held_out: 2.5, "unknown": 7.0}),
    )
    header, *events = read_trace(tmp_path, lr="used")

    assert header.started == "2023-11-14T22:13:20+00:00"
    told = [(u.k, u.used, u.loss, u.grad_norm) for u in updates(events)]
    assert told == [(0, 0.1, 3.0, 1.0), (1, 0.2, 2.0, 2.0)]
    [epoch] = epochs(events)
    assert [epoch.epoch, epoch.updates, epoch.train_loss] == [1, 2, 2.5]
    assert [epoch.held_out_loss, epoch.rate_last, epoch.metrics] == [2.5, 0.2, {}]


def test_the_first_update_may_have_another_number(tmp_path: Path) -> None:
    event_file(tmp_path, (1, {"train/loss": 3.0}), (2, {"train/loss": 2.0, "eval/loss": 4.0}))
    events = read_trace(tmp_path, first=1)

    assert [update.k for update in updates(events)] == [0, 1]
    assert [epoch.updates for epoch in epochs(events)] == [2]


def test_of_several_rates_the_first_is_read_and_it_is_said(tmp_path: Path) -> None:
    event_file(tmp_path, (0, {"lr-SGD/pg1": 0.1, "lr-SGD/pg2": 0.2}))
    header, update = read_trace(tmp_path)

    assert update.reported == 0.1
    assert header.environment["notes"] == ["'lr-SGD/pg2' is left out, 'lr-SGD/pg1' is the lr"]


def test_a_run_that_was_restarted_goes_on_in_the_next_file(tmp_path: Path) -> None:
    event_file(tmp_path, (0, {"loss": 3.0}), (1, {"loss": 2.0}), name="1")
    event_file(tmp_path, (1, {"loss": 2.5}), (2, {"loss": 1.0}), name="2")

    assert [update.loss for update in updates(read_trace(tmp_path))] == [3.0, 2.5, 1.0]


def test_a_torn_event_file_says_so(tmp_path: Path) -> None:
    path = event_file(tmp_path, (0, {"loss": 3.0}), (1, {"loss": 2.0}))
    path.write_bytes(path.read_bytes()[:-3])
    header, update = read_trace(path)

    assert update.loss == 3.0
    assert header.environment["notes"] == [f"{path.name} ends within a record, which is left out"]


def test_a_log_folder_may_hold_one_run_below_it(tmp_path: Path) -> None:
    event_file(tmp_path / "logs" / "version_0", (0, {"loss": 3.0}))
    assert [update.loss for update in updates(read_trace(tmp_path))] == [3.0]

    event_file(tmp_path / "logs" / "version_1", (0, {"loss": 3.0}))
    with pytest.raises(TraceError) as refused:
        read_trace(tmp_path)
    assert str(refused.value) == (
        f"{tmp_path} holds 2 runs; name one of them: logs/version_0, logs/version_1"
    )


def test_a_table_with_names_of_its_own(tmp_path: Path) -> None:
    path = table(tmp_path, "n,objective,speed,eta\n0,2.5,9,0.1\n1,,9,0.2\n")
    events = read_trace(path, columns={"k": "n", "loss": "objective", "used": "eta"})

    assert [(u.k, u.used, u.loss) for u in updates(events)] == [(0, 0.1, 2.5), (1, 0.2, None)]


def test_a_run_folder_is_its_journal(tmp_path: Path) -> None:
    update = Update(k=0, planned=None, used=0.1, reported=None, loss=None, grad_norm=None)
    with Journal(tmp_path / "trace.jsonl") as journal:
        journal.append([update])

    assert read_trace(tmp_path) == read_trace(tmp_path / "trace.jsonl") == [update]


def test_an_old_run_can_be_observed(tmp_path: Path) -> None:
    rows = [(k, {"lr": 0.1, "loss": loss}) for k, loss in enumerate([1.0, 1.0, 4.0, 4.0])]
    rows += [(1, {"val_loss": 1.0}), (3, {"val_loss": 2.0})]
    event_file(tmp_path, *rows)
    observer = Observer()
    said = [o for event in read_trace(tmp_path) for o in observer.see(event)]

    spike = [(o.first, o.last, o.sentence) for o in said if o.rule == "loss-spike"]
    assert spike == [(2, 3, "loss spike: 4.0 × the best so far, 1")]


REFUSED = {
    "nothing": ("x", None, "no trace can be read from {}: No such file or directory"),
    "another file": (
        "notes.txt",
        "hello",
        (
            "{} is no trace that can be read; name trace.jsonl, trainer_state.json, an "
            "event file of "
            "TensorBoard or a .csv file"
        ),
    ),
    "another JSON file": (
        "config.json",
        "{}",
        (
            "{} is no trainer_state.json of Hugging Face: it has no log_history of rows "
            "with a step; "
            "name the file that the Trainer saved in its checkpoint"
        ),
    ),
    "no number of the update": (
        "log.csv",
        "epoch,loss\n1,2.5\n",
        (
            "{} has no column that numbers the updates; name it with columns={{'k': …}}, or "
            "call it "
            "one of k, update, step, global_step, iteration"
        ),
    ),
    "a broken number": (
        "log.csv",
        "step,loss\n0,2.5\n1.5,2\n",
        "{}, line 3: step is '1.5', not a whole number; correct it",
    ),
    "nothing known": (
        "log.csv",
        "step,speed,heat\n0,2.5,1\n",
        (
            "{} holds no rate, no loss and no evaluation, only 'heat', 'speed'; name one with "
            "columns={{'loss': …}}"
        ),
    ),
    "another encoding": (
        "log.csv",
        b"step,loss\xff\n",
        (
            "{} is no CSV file in UTF-8: 'utf-8' codec can't decode byte 0xff in position "
            "9: invalid "
            "start byte; save it as one"
        ),
    ),
}


@pytest.mark.parametrize(("name", "content", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused(
    tmp_path: Path, name: str, content: Any, sentence: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(TraceError) as refused:
        read_trace(path)
    assert str(refused.value) == sentence.format(path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TraceError) as refused:
        read_trace(tmp_path)
    assert str(refused.value) == (
        f"{tmp_path} holds no trace; name a folder that holds trace.jsonl, trainer_state.json, "
        "an event file of TensorBoard or a .csv file"
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"lr": "last"}, "lr 'last' is unknown; use one of 'reported', 'used', 'next'"),
        ({"columns": {"loss": "x"}}, "{} holds no 'x'; it holds 'loss'"),
        (
            {"columns": {"los": "loss"}},
            (
                "columns names 'los', which is none of 'used', 'planned', 'reported', 'loss', "
                "'grad_norm', 'ratio', 'lr', 'epoch'"
            ),
        ),
        (
            {"columns": {"k": "n"}},
            (
                "{} has no column 'n'; name it with columns={{'k': …}}, or call it one of k, "
                "update, "
                "step, global_step, iteration"
            ),
        ),
    ],
)
def test_an_option_that_cannot_be_meant_is_refused(
    tmp_path: Path, options: dict[str, Any], sentence: str
) -> None:
    path = table(tmp_path, "step,loss\n0,1.0\n")
    with pytest.raises(TraceError) as refused:
        read_trace(path, **options)
    assert str(refused.value) == sentence.format(path)
