"""Other hyper-parameters follow schedules of their own, on the same clock."""

from typing import Any

import pytest
import torch
from torch.optim import SGD, Adam, AdamW

from rampup import RampupLR, decay, hold, presets, warmup
from rampup.errors import ScheduleError, StateError
from rampup.scheduler.hyper import put


def weight() -> torch.nn.Parameter:
    weight = torch.nn.Parameter(torch.ones(2))
    weight.grad = torch.ones(2)
    return weight


def test_each_is_its_value_times_its_factor() -> None:
    optimizer = AdamW([weight()], lr=0.1, weight_decay=0.04, betas=(0.9, 0.99))
    also = {"weight_decay": decay("cosine"), "betas.0": "warmup 10up linear from 0.5"}
    RampupLR(optimizer, warmup(4) >> hold(), updates=20, also=also)
    group = optimizer.param_groups[0]

    for k in range(20):
        assert group["lr"] == 0.1 * (warmup(4) >> hold()).plan(updates=20)(k)
        assert group["weight_decay"] == 0.04 * decay("cosine").plan(updates=20)(k)
        assert group["betas"] == (0.9 * warmup(10, start=0.5).plan(updates=20)(k), 0.99)
        optimizer.step()


def test_groups_keep_their_own_values() -> None:
    optimizer = SGD(
        [{"params": [weight()]}, {"params": [weight()], "weight_decay": 0.0, "lr": 0.3}],
        lr=0.1,
        weight_decay=0.5,
    )
    RampupLR(optimizer, hold(), updates=10, also={"weight_decay": decay()})

    for _ in range(5):
        optimizer.step()

    assert [group["weight_decay"] for group in optimizer.param_groups] == [0.25, 0.0]
    assert [group["lr"] for group in optimizer.param_groups] == [0.1, 0.3]


@pytest.mark.parametrize("shape", ["cosine", "linear"])
def test_the_momentum_of_one_cycle_runs_against_the_rate(shape: str) -> None:
    """The same numbers as torch's OneCycleLR with its default cycle_momentum."""
    anneal = {"cosine": "cos", "linear": "linear"}[shape]
    reference, optimizer = (SGD([weight()], lr=0.1, momentum=0.95) for _ in range(2))
    theirs = torch.optim.lr_scheduler.OneCycleLR(
        reference, 0.1, total_steps=50, anneal_strategy=anneal
    )
    schedule = presets.torch.OneCycleLR(max_lr=0.1, total_steps=50, anneal_strategy=anneal)
    momentum = presets.torch.one_cycle_momentum(total_steps=50, anneal_strategy=anneal)
    RampupLR(optimizer, schedule, updates=50, also={"momentum": momentum})

    for k in range(50):
        pair = [o.param_groups[0] for o in (reference, optimizer)]
        assert pair[0]["momentum"] == pytest.approx(pair[1]["momentum"], abs=1e-12)
        assert pair[0]["lr"] == pytest.approx(pair[1]["lr"], abs=1e-12)
        reference.step()
        optimizer.step()
        if k < 49:
            theirs.step()


def test_a_tensor_keeps_its_identity() -> None:
    betas = (torch.tensor(0.9), torch.tensor(0.99))
    optimizer = Adam([weight()], lr=torch.tensor(0.1), betas=betas, capturable=False, foreach=False)
    RampupLR(optimizer, hold(), updates=10, also={"betas.1": warmup(4, start=0.5)})

    assert optimizer.param_groups[0]["betas"][1] is betas[1]
    assert float(betas[1]) == pytest.approx(0.99 * 0.625)
    assert float(betas[0]) == pytest.approx(0.9)


def test_putting_a_number_keeps_the_others() -> None:
    group = {"betas": (0.9, 0.99), "lr": 0.1}

    put(group, "betas.1", 0.5)
    put(group, "lr", 0.2)

    assert group == {"betas": (0.9, 0.5), "lr": 0.2}


@pytest.mark.parametrize(
    ("also", "error", "text"),
    [
        (
            {"betas.0": hold()},
            StateError,
            (
                "'betas.0' is no number of this optimizer's groups; there are lr, momentum, "
                "dampening, weight_decay"
            ),
        ),
        (
            {"weight_decay": hold()},
            ScheduleError,
            (
                "weight_decay is 0 in every group, and a schedule multiplies it; "
                "give the optimizer weight_decay=…"
            ),
        ),
        (
            {"lr": hold()},
            ScheduleError,
            "also names 'lr'; pass its schedule as the second argument",
        ),
        (
            {"momentum": 0.5},
            ScheduleError,
            "0.5 is no schedule; pass warmup(…) >> …, or its text 'warmup 5ep >> …'",
        ),
    ],
)
def test_what_cannot_follow_is_refused(also: Any, error: type[Exception], text: str) -> None:
    optimizer = SGD([weight()], lr=0.1, momentum=0.9)

    with pytest.raises(error) as caught:
        RampupLR(optimizer, hold(), updates=10, also=also)

    assert text == str(caught.value)
