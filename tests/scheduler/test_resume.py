"""Resuming: whatever is loaded, in whatever order, the rates are those of the unbroken run."""

import copy
import pickle
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import torch
from tests.checkpoints import through_a_file
from torch.optim import SGD, Adam, AdamW, Optimizer

from rampup import RampupLR, decay, hold, restarts, warmup
from rampup.errors import StateError

TOTAL = 20
SCHEDULES = {
    "warmup, cosine": warmup("2ep") >> decay("cosine", to=0.1),
    "three phases": warmup(5, start=0.1) >> hold(3) >> decay("1-sqrt"),
    "restarts": warmup(3) >> restarts(5, times=2, peak=0.5),
}
RUN: dict[str, Any] = {"updates": TOTAL, "updates_per_epoch": 5}

MAKE: dict[str, Callable[[Any], Optimizer]] = {
    "SGD": lambda groups: SGD(groups, lr=0.1, momentum=0.9),
    "Adam": lambda groups: Adam(groups, lr=0.1),
    "AdamW fused": lambda groups: AdamW(groups, lr=0.1, fused=True),
    "Adam tensor": lambda groups: Adam(groups, lr=torch.tensor(0.1), foreach=False),
}


class Training(NamedTuple):
    """Two weights in groups with rates of their own, and their optimizer."""

    weights: list[torch.nn.Parameter]
    optimizer: Optimizer


def build(make: Callable[[Any], Optimizer]) -> Training:
    weights = [torch.nn.Parameter(torch.ones(2)) for _ in range(2)]
    return Training(weights, make([{"params": weights[:1]}, {"params": weights[1:], "lr": 0.025}]))


def train(training: Training, updates: range) -> list[list[float]]:
    """Make these updates and return the rates that they used."""
    used = []
    for k in updates:
        for weight in training.weights:
            weight.grad = torch.tensor([0.5**k, -1.0])
        used.append([float(group["lr"]) for group in training.optimizer.param_groups])
        training.optimizer.step()
    return used


def built_then_scheduler_then_optimizer(optimizer, saved, make) -> None:
    scheduler = make(optimizer)
    scheduler.load_state_dict(saved["scheduler"])
    optimizer.load_state_dict(saved["optimizer"])


def built_then_optimizer_then_scheduler(optimizer, saved, make) -> None:
    scheduler = make(optimizer)
    optimizer.load_state_dict(saved["optimizer"])
    scheduler.load_state_dict(saved["scheduler"])


def optimizer_then_built_then_scheduler(optimizer, saved, make) -> None:
    optimizer.load_state_dict(saved["optimizer"])
    make(optimizer).load_state_dict(saved["scheduler"])


def optimizer_then_built(optimizer, saved, make) -> None:
    optimizer.load_state_dict(saved["optimizer"])
    make(optimizer)


def built_then_optimizer(optimizer, saved, make) -> None:
    make(optimizer)
    optimizer.load_state_dict(saved["optimizer"])


def built_then_scheduler(optimizer, saved, make) -> None:
    make(optimizer).load_state_dict(saved["scheduler"])


def built_at_its_position(optimizer, saved, make) -> None:
    make(optimizer, updates_done=saved["scheduler"]["updates"])


def built_at_its_position_on_a_loaded_optimizer(optimizer, saved, make) -> None:
    optimizer.load_state_dict(saved["optimizer"])
    make(optimizer, updates_done=saved["scheduler"]["updates"])


def twice(optimizer, saved, make) -> None:
    built_then_optimizer_then_scheduler(optimizer, saved, make)
    optimizer.load_state_dict(saved["optimizer"])


ORDERS = [
    built_then_scheduler_then_optimizer,
    built_then_optimizer_then_scheduler,
    optimizer_then_built_then_scheduler,
    optimizer_then_built,
    built_then_optimizer,
    built_then_scheduler,
    built_at_its_position,
    built_at_its_position_on_a_loaded_optimizer,
    twice,
]


@pytest.mark.parametrize("resume", ORDERS)
@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
@pytest.mark.parametrize("stop", [0, 1, 8, 19, 23])
def test_the_rates_go_on_as_if_nothing_had_happened(stop, schedule, make, resume) -> None:
    """The first update after the resume included; stopped anywhere, also past the end."""

    def scheduled(optimizer: Optimizer, **options: Any) -> RampupLR:
        return RampupLR(optimizer, schedule, **RUN, **options)

    unbroken = build(make)
    scheduler = scheduled(unbroken.optimizer)
    train(unbroken, range(stop))
    states = {"optimizer": unbroken.optimizer.state_dict(), "scheduler": scheduler.state_dict()}
    saved, weights = through_a_file(states), copy.deepcopy(unbroken.weights)
    expected = train(unbroken, range(stop, TOTAL + 5))

    resumed = build(make)
    kept = [group["lr"] for group in resumed.optimizer.param_groups]
    for weight, stopped in zip(resumed.weights, weights, strict=True):
        weight.data.copy_(stopped)
    resume(resumed.optimizer, saved, scheduled)

    assert expected == train(resumed, range(stop, TOTAL + 5))
    if "optimizer" in resume.__name__:
        assert [w.tolist() for w in unbroken.weights] == [w.tolist() for w in resumed.weights]
    if resume.__name__.startswith("built"):  # the tensors that a graph may have captured
        groups = resumed.optimizer.param_groups
        assert (
            all(
                new["lr"] is old
                for new, old in zip(groups, kept, strict=True)
                if isinstance(old, torch.Tensor)
            )
            or resume is built_at_its_position_on_a_loaded_optimizer
        )


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_run_may_be_resumed_again_and_again(times: int) -> None:
    make = MAKE["Adam"]
    unbroken = build(make)
    RampupLR(unbroken.optimizer, SCHEDULES["restarts"], **RUN)
    expected = train(unbroken, range(TOTAL))

    used: list[list[float]] = []
    saved = None
    for part in range(times + 1):
        training = build(make)
        RampupLR(training.optimizer, SCHEDULES["restarts"], **RUN)
        if saved is not None:
            training.optimizer.load_state_dict(saved)
        stop = TOTAL if part == times else len(used) + 4
        used += train(training, range(len(used), stop))
        saved = through_a_file(training.optimizer.state_dict())

    assert expected == used


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_a_copy_goes_on_by_itself(make, duplicate) -> None:
    """The copy has a clock of its own on an optimizer of its own."""
    training = build(make)
    scheduler = RampupLR(training.optimizer, SCHEDULES["three phases"], **RUN)
    train(training, range(7))

    twin = duplicate(scheduler)
    weights = [p for group in twin.optimizer.param_groups for p in group["params"]]
    used = train(Training(weights, twin.optimizer), range(7, TOTAL))

    assert scheduler.clock.updates == 7
    assert twin.clock.updates == TOTAL
    assert train(training, range(7, TOTAL)) == used
    assert [w.tolist() for w in training.weights] == [w.tolist() for w in weights]
    assert scheduler.state_dict() == twin.state_dict()


def test_a_detached_scheduler_leaves_the_optimizer_alone() -> None:
    training = build(MAKE["SGD"])
    scheduler = RampupLR(training.optimizer, SCHEDULES["restarts"], **RUN)
    train(training, range(2))

    scheduler.detach()

    held = [group["lr"] for group in training.optimizer.param_groups]
    assert [held] * 3 == train(training, range(2, 5))
    assert "rampup" not in training.optimizer.state_dict()["param_groups"][0]
    RampupLR(training.optimizer, hold(), updates=TOTAL)


def test_an_optimizer_follows_one_scheduler() -> None:
    training = build(MAKE["SGD"])
    first = RampupLR(training.optimizer, SCHEDULES["restarts"], **RUN)
    train(training, range(2))
    expected = (
        "the optimizer follows a RampupLR already, which has done 2 updates; "
        "detach() that one first"
    )

    with pytest.raises(StateError) as caught:
        RampupLR(training.optimizer, hold(), updates=TOTAL)

    assert expected == str(caught.value)
    train(training, range(2, 4))
    assert first.clock.updates == 4


def test_a_state_without_a_position_is_pointed_out() -> None:
    """A checkpoint of a run without rampup says nothing of updates; nothing is guessed."""
    bare = build(MAKE["Adam"])
    train(bare, range(3))
    saved = through_a_file(bare.optimizer.state_dict())
    training = build(MAKE["Adam"])
    scheduler = RampupLR(training.optimizer, hold(), updates=TOTAL)
    expected = (
        "the optimizer's state holds no position, so the schedule stays at update 0; "
        "load the scheduler's state too, or build the scheduler with updates_done=…"
    )

    with pytest.warns(UserWarning, match=f"^{re.escape(expected)}$"):
        training.optimizer.load_state_dict(saved)

    assert [0.1, 0.025] == scheduler.base_lrs == scheduler.get_last_lr()


def test_a_loaded_optimizer_may_start_afresh() -> None:
    """`updates_done=0` takes the moments of a checkpoint, and a schedule from its start."""
    before = build(MAKE["Adam"])
    RampupLR(before.optimizer, SCHEDULES["restarts"], **RUN)
    train(before, range(9))
    after = build(MAKE["Adam"])
    after.optimizer.load_state_dict(through_a_file(before.optimizer.state_dict()))

    scheduler = RampupLR(after.optimizer, warmup(4) >> hold(), updates=50, updates_done=0)

    assert [[0.1 * share, 0.025 * share] for share in (0.25, 0.5, 0.75, 1.0, 1.0)] == train(
        after, range(5)
    )
    assert scheduler.clock.updates == 5


@pytest.mark.parametrize("updates_done", [-1, 1.0, True, "3"], ids=repr)
def test_what_is_no_count_of_updates_is_refused(updates_done: Any) -> None:
    with pytest.raises(StateError) as caught:
        RampupLR(build(MAKE["SGD"]).optimizer, hold(), updates=9, updates_done=updates_done)

    expected = f"updates_done = {updates_done!r} is no count; use a whole number ≥ 0"
    assert expected == str(caught.value)
