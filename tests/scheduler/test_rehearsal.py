"""Steps that torch.distributed.checkpoint makes to create an optimizer's state are no updates."""

from collections.abc import Callable

import pytest
import torch
from torch.distributed.checkpoint.state_dict import get_optimizer_state_dict
from torch.optim import SGD, Adam, Optimizer

from rampup import RampupLR, hold, warmup

BASE = 0.5
FROM_ZERO = warmup(4, anchor="start") >> hold()
SCHEDULES = {"from above zero": warmup(4) >> hold(), "from zero": FROM_ZERO}
Make = Callable[[torch.nn.Module], Optimizer]


def tensor() -> torch.Tensor:
    return torch.tensor(BASE, dtype=torch.float64)


MAKE: dict[str, Make] = {
    "SGD": lambda model: SGD(model.parameters(), lr=BASE),
    "SGD tensor": lambda model: SGD(model.parameters(), lr=tensor(), foreach=False),
    "Adam": lambda model: Adam(model.parameters(), lr=BASE),
    "Adam tensor": lambda model: Adam(model.parameters(), lr=tensor(), foreach=False),
}


@pytest.fixture
def model() -> torch.nn.Module:
    return torch.nn.Linear(2, 1)


def update(model: torch.nn.Module, optimizer: Optimizer) -> None:
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    optimizer.zero_grad()


@pytest.mark.parametrize("done", [0, 2])
@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_reading_the_state_moves_nothing(model, log_rates, make: Make, schedule, done: int) -> None:
    """Nor does anyone blame the zero that is written for that step."""
    optimizer = make(model)
    kept = optimizer.param_groups[0]["lr"]
    scheduler = RampupLR(optimizer, schedule, updates=10, on_foreign_write="error")
    for _ in range(done):
        update(model, optimizer)

    get_optimizer_state_dict(model, optimizer)
    position = scheduler.clock.updates
    used = log_rates(optimizer)
    for _ in range(6 - done):
        update(model, optimizer)

    plan = schedule.plan(updates=10)
    assert position == done
    assert [[BASE * plan(k)] for k in range(done, 6)] == used
    assert isinstance(kept, float) or kept is optimizer.param_groups[0]["lr"]


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_a_zero_that_a_user_writes_is_blamed(model, make: Make) -> None:
    """There is a slope, so this step is meant as an update."""
    optimizer = make(model)
    scheduler = RampupLR(optimizer, FROM_ZERO, updates=10)
    update(model, optimizer)
    model(torch.ones(1, 2)).sum().backward()
    lr = optimizer.param_groups[0]["lr"]
    optimizer.param_groups[0]["lr"] = torch.zeros_like(lr) if torch.is_tensor(lr) else 0.0

    with pytest.warns(UserWarning, match="written by someone else before update 1"):
        optimizer.step()

    assert scheduler.clock.updates == 2


def test_an_update_with_a_planned_rate_of_zero_counts(model) -> None:
    """Even where the gradients are zero too: nobody replaced the rate."""
    optimizer = SGD(model.parameters(), lr=BASE)
    scheduler = RampupLR(optimizer, FROM_ZERO, updates=10)
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)

    optimizer.step()

    assert scheduler.clock.updates == 1
    assert scheduler.last_used == [0.0]
