"""The whole job: its events in order, its rates, its rows, and what it leaves behind."""

from pathlib import Path
from typing import Any

import pytest
import torch

from rampup import Config, Run, parse, train
from rampup.trace.journal import read
from rampup.trace.record import (
    Baseline,
    End,
    Epoch,
    Event,
    Header,
    Insight,
    Observation,
    Planned,
    Prediction,
    Stage,
    Update,
)

QUICK = {"training": {"epochs": 6}, "baseline": {"seeds": 0}}


def of(run: Run, kind: type[Event]) -> list[Any]:
    return [event for event in run.events if type(event) is kind]


def timeless(run: Run) -> list[Event]:
    """Return the events without the hour and the seconds."""
    drop = {"started", "seconds"}
    return [
        (type(event), {n: getattr(event, n) for n in event.__slots__ if n not in drop})
        for event in run.events
    ]


def test_each_update_uses_plan_times_base_exactly(default_run: Run) -> None:
    """250 updates; the first 0.01/125, update 124 is the first at 0.01; planned = used."""
    updates = of(default_run, Update)
    plan = parse("warmup 5ep >> hold").plan(updates=250, updates_per_epoch=25)
    used = [update.used for update in updates]

    assert [update.k for update in updates] == list(range(250))
    assert used == [0.01 * min((k + 1) / 125, 1.0) for k in range(250)]
    assert used == [0.01 * plan(k) for k in range(250)]
    assert used == [u.planned for u in updates] == [u.reported for u in updates]
    assert (used[0], used[123] < 0.01, used[124], used[249]) == (8e-05, True, 0.01, 0.01)


def test_the_pages_rates_appear_exactly(page_run: Run) -> None:
    """Epoch 1 at 0.002 … epoch 5 at 0.01, as planned, as used, and in each epoch's row."""
    rates = [0.002, 0.004, 0.006, 0.008, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01]
    (planned,) = of(page_run, Planned)

    assert [u.used for u in of(page_run, Update)] == [rate for rate in rates for _ in range(25)]
    assert [(e.rate_first, e.rate_last) for e in page_run.epochs[1:]] == [(r, r) for r in rates]
    assert [(row["first"], row["last"]) for row in planned.epochs] == [(r, r) for r in rates]


def test_the_events_come_in_the_order_of_the_job(default_run: Run) -> None:
    kinds = [type(event) for event in default_run.events]
    seen = [kind for kind in kinds if kind not in (Update, Observation)]

    assert seen == [
        Header, *[Stage] * 5, Planned, *[Epoch] * 11, Stage, Baseline, Prediction, Insight, End,
    ]  # fmt: skip
    assert [event.number for event in of(default_run, Stage)] == [1, 2, 3, 4, 5, 5]
    assert kinds.count(Update) == 250
    assert of(default_run, End)[0].status == "finished"


def test_epoch_0_is_the_model_before_its_first_update(default_run: Run) -> None:
    first = default_run.epochs[0]

    assert (first.epoch, first.updates, first.rate_first, first.grad_norm) == (0, 0, None, None)
    assert 0.5 < first.held_out_loss < 0.9
    assert [epoch.updates for epoch in default_run.epochs] == [25 * n for n in range(11)]


def test_an_epochs_gradient_norm_is_the_mean_of_its_updates(default_run: Run) -> None:
    norms = [update.grad_norm for update in of(default_run, Update)]
    means = [sum(norms[n : n + 25]) / 25 for n in range(0, 250, 25)]

    assert [epoch.grad_norm for epoch in default_run.epochs[1:]] == pytest.approx(means)


def test_each_epoch_has_an_observation(default_run: Run) -> None:
    after = [type(b) for a, b in zip(default_run.events, default_run.events[1:], strict=False)
             if type(a) is Epoch]  # fmt: skip

    assert after == [Observation] * 11


def test_the_prediction_is_the_models(default_run: Run) -> None:
    """Five layers from the input to the softmax; the probabilities sum to one."""
    (prediction,) = of(default_run, Prediction)

    assert [(layer["kind"], layer["shape"]) for layer in prediction.layers] == [
        ("Input", [1, 10]), ("Linear", [1, 50]), ("ReLU", [1, 50]), ("Linear", [1, 2]),
        ("Softmax", [1, 2]),
    ]  # fmt: skip
    x = torch.tensor(prediction.layers[0]["values"], dtype=torch.float32)
    assert len(x) == 8
    logits = torch.tensor(prediction.layers[3]["values"], dtype=torch.float64)
    softmax = torch.softmax(logits, 0).tolist()
    assert list(prediction.probabilities.values()) == pytest.approx(softmax, abs=1e-12)
    assert prediction.predicted == str(int(softmax[1] > softmax[0]))
    assert prediction.label in ("0", "1")


def test_the_folder_holds_four_files_and_the_whole_trace(default_run: Run) -> None:
    assert sorted(path.name for path in default_run.folder.iterdir()) == [
        "config.toml", "model.safetensors", "preprocess.json", "trace.jsonl",
    ]  # fmt: skip
    reading = read(default_run.folder / "trace.jsonl")
    assert reading.events == default_run.events
    assert reading.torn == ""
    assert Config.of(Config.read(default_run.folder / "config.toml")) == default_run.config


def test_no_file_is_a_pickle(default_run: Run) -> None:
    """Neither the zip of torch.save nor the protocol mark of a pickle begins any of them."""
    starts = [path.read_bytes()[:2] for path in default_run.folder.iterdir()]

    assert not [start for start in starts if start == b"PK" or start[:1] == b"\x80"]


def test_the_same_configuration_gives_the_same_trace(default_run: Run, here: Path) -> None:
    again = train(Config.of(Config.read(default_run.folder / "config.toml")))

    assert timeless(again) == timeless(default_run)
    assert again.folder is None
    assert list(here.iterdir()) == []


def test_another_seed_gives_another_run() -> None:
    one, other = (train({"seed": seed, **QUICK}).epochs[-1].train_loss for seed in (0, 1))

    assert one != other


def test_listeners_hear_every_event_as_it_happens() -> None:
    heard: list[Event] = []
    run = train(QUICK, listeners=[heard.append])

    assert heard == run.events


@pytest.mark.parametrize("failure", [RuntimeError("full"), KeyboardInterrupt()])
def test_a_failure_is_the_traces_last_word(tmp_path: Path, failure: BaseException) -> None:
    """Whatever stops a run, Ctrl-C too, the trace ends with it and weights are kept."""

    def stop(event: Event) -> None:
        if type(event) is Epoch and event.epoch == 2:
            raise failure

    with pytest.raises(type(failure)):
        train(QUICK, to=tmp_path / "run", listeners=[stop])

    last = read(tmp_path / "run" / "trace.jsonl").events[-1]
    name = type(failure).__name__
    assert (last.status, last.updates, last.reason) == ("failed", 50, f"{name}: {failure}")
    assert (tmp_path / "run" / "model.safetensors").is_file()


def test_no_baseline_means_none() -> None:
    assert of(train(QUICK), Baseline) == []


def test_without_a_warmup_there_is_nothing_to_compare() -> None:
    run = train({"schedule": "hold >> decay 2ep", "training": {"epochs": 4}})

    assert of(run, Baseline) == []
