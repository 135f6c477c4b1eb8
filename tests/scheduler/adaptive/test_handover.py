"""`Handover`, as `LossGapLR` is one: it resumes exactly, and refuses what does not belong."""

import copy
import json
import pickle
import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from tests.checkpoints import through_a_file
from tests.refused import refused
from torch.optim import SGD, Adam, Optimizer

from rampup import LossGapLR, decay, hold
from rampup.errors import ScheduleError, StateError, UnitError

BASE = 0.1
UPDATES = 40
THEN = hold(2) >> decay("cosine", to=0.1)
ASKED: dict[str, Any] = {"updates": UPDATES, "floor": 0.5, "smoothing": 0.5, "longest": 20}
FALLING = [0.5 + 4.0 * 0.9**k for k in range(UPDATES)]  # the average is down to 0.3 at update 13


def build(**other: Any) -> tuple[torch.nn.Parameter, Adam, LossGapLR]:
    weight = torch.nn.Parameter(torch.ones(2))
    optimizer = Adam([weight], lr=BASE)
    return weight, optimizer, LossGapLR(optimizer, THEN, **{**ASKED, **other})


def train(
    weight: torch.nn.Parameter, optimizer: Optimizer, scheduler: LossGapLR, losses: list[float]
) -> list[float]:
    """Make an update for each loss and return the rates that they used."""
    used = []
    for loss in losses:
        weight.grad = torch.tensor([loss, -1.0])
        scheduler.report(torch.tensor(loss, dtype=torch.float64))
        optimizer.step()
        used += scheduler.last_used
    return used


def scheduler_first(optimizer: Adam, saved: dict[str, Any]) -> LossGapLR:
    scheduler = LossGapLR(optimizer, THEN, **ASKED)
    scheduler.load_state_dict(saved["scheduler"])
    optimizer.load_state_dict(saved["optimizer"])
    return scheduler


def optimizer_first(optimizer: Adam, saved: dict[str, Any]) -> LossGapLR:
    scheduler = LossGapLR(optimizer, THEN, **ASKED)
    optimizer.load_state_dict(saved["optimizer"])
    scheduler.load_state_dict(saved["scheduler"])
    return scheduler


def optimizer_alone(optimizer: Adam, saved: dict[str, Any]) -> LossGapLR:
    optimizer.load_state_dict(saved["optimizer"])
    return LossGapLR(optimizer, THEN, **ASKED)


@pytest.mark.parametrize("stop", [0, 1, 7, 13, 14, 30])
@pytest.mark.parametrize("resume", [scheduler_first, optimizer_first, optimizer_alone])
def test_a_resumed_run_is_the_unbroken_run(resume: Callable[..., LossGapLR], stop: int) -> None:
    """To the bit, wherever it stopped, even between a report and its update."""
    weight, optimizer, scheduler = build()
    train(weight, optimizer, scheduler, FALLING[:stop])
    scheduler.report(FALLING[stop])
    state = {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}
    saved, stopped = through_a_file(state), weight.detach().clone()
    expected = train(weight, optimizer, scheduler, FALLING[stop:])

    again = torch.nn.Parameter(stopped)
    other = Adam([again], lr=BASE)
    resumed = resume(other, saved)

    assert expected == train(again, other, resumed, FALLING[stop:])
    assert weight.tolist() == again.tolist()
    assert scheduler.reached == resumed.reached


@pytest.mark.parametrize("stop", [5, 20])
def test_the_state_is_plain_data(stop: int) -> None:
    run = build()
    train(*run, FALLING[:stop])

    state = run[2].state_dict()

    assert state == json.loads(json.dumps(state))


@pytest.mark.parametrize("stop", [5, 20])
@pytest.mark.parametrize("again", [copy.deepcopy, lambda run: pickle.loads(pickle.dumps(run))])
def test_a_copy_goes_on_alike(again: Callable[[Any], Any], stop: int) -> None:
    run = build()
    train(*run, FALLING[:stop])

    copied = again(run)

    assert train(*run, FALLING[stop:]) == train(*copied, FALLING[stop:])


def test_groups_keep_their_ratio_and_may_join_late() -> None:
    weights = [torch.nn.Parameter(torch.ones(1)) for _ in range(2)]
    optimizer = SGD([{"params": weights[:1]}], lr=BASE)
    scheduler = LossGapLR(optimizer, THEN, **ASKED)
    for k, loss in enumerate(FALLING):
        if k == 5:
            optimizer.add_param_group({"params": weights[1:], "lr": BASE / 4})
        weights[0].grad = torch.ones(1)
        scheduler.report(loss)
        optimizer.step()
        if k >= 5:
            one, other = scheduler.last_used
            assert one == pytest.approx(4 * other, rel=1e-12)
    assert len(scheduler.base_lrs) == 2


@pytest.mark.parametrize(
    ("then", "error", "text"),
    [
        (
            "warmup 3up >> hold",
            ScheduleError,
            (
                "'warmup 3up linear >> hold' warms up, but comes after the warmup; "
                "pass a hold or a decay"
            ),
        ),
        (
            "hold 21up >> decay",
            ScheduleError,
            (
                "the phases of 'hold 20up >> hold 21up >> decay linear to 0.0' add up to 41 "
                "updates, but the run has only 40; shorten a phase or lengthen the run"
            ),
        ),
        (
            "decay 1ep",
            UnitError,
            (
                "1ep cannot be converted to updates without updates_per_epoch; "
                "pass updates_per_epoch=…"
            ),
        ),
    ],
    ids=["warmup", "fit", "unit"],
)
def test_what_cannot_follow_is_refused_at_once(then, error, text) -> None:
    """Not when the peak is reached, hours later."""
    optimizer = SGD([torch.nn.Parameter(torch.ones(1))], lr=BASE)

    assert refused(lambda: LossGapLR(optimizer, then, **ASKED), error) == text


def test_a_checkpoint_that_disagrees_is_refused_with_both_sides() -> None:
    theirs = build(floor=0.25)[2].state_dict()
    weight, optimizer, scheduler = build()
    train(weight, optimizer, scheduler, FALLING[:3])
    before = scheduler.state_dict()

    assert refused(lambda: scheduler.load_state_dict(theirs), StateError) == (
        "the checkpoint disagrees with the code:\n"
        "         checkpoint  code\n"
        "  floor  0.25        0.5\n"
        "build the scheduler as it was saved"
    )
    assert before == scheduler.state_dict()


@pytest.mark.parametrize(
    ("other", "text"),
    [
        (
            {"kind": "CatapultLR"},
            "the state was not saved by a LossGapLR; load it into the scheduler that saved it",
        ),
        (
            {"version": 2},
            "the state has version 2, but this rampup reads up to 1; update rampup",
        ),
    ],
    ids=["kind", "version"],
)
def test_the_state_of_something_else_is_refused(other: dict[str, Any], text: str) -> None:
    scheduler = build()[2]
    state = {**scheduler.state_dict(), **other}

    assert refused(lambda: scheduler.load_state_dict(state), StateError) == text


def test_an_optimizers_state_without_a_position_is_pointed_out() -> None:
    """What is advised is what such a scheduler has: no `updates_done`."""
    weight = torch.nn.Parameter(torch.ones(2))
    bare = Adam([weight], lr=BASE)
    weight.grad = torch.ones(2)
    bare.step()
    _, optimizer, scheduler = build()
    said = (
        "the optimizer's state holds no position, so the schedule stays at update 0; "
        "load the scheduler's state too, which alone holds what the warmup has seen"
    )

    with pytest.warns(UserWarning, match=f"^{re.escape(said)}$"):
        optimizer.load_state_dict(bare.state_dict())

    assert scheduler.clock.updates == 0
