"""The clock counts updates that changed weights: what a gradient scaler skips is none."""

from collections.abc import Callable

import pytest
import torch
from torch.optim import SGD, Adam, AdamW, Optimizer

from rampup import RampupLR, hold, warmup
from rampup.scheduler.clock import Clock

STEPS, SKIPPED = 12, (0, 1, 4, 7, 11)
SCHEDULE = warmup(5) >> hold()
MAKE: dict[str, Callable[[torch.nn.Parameter], Optimizer]] = {
    "SGD": lambda weight: SGD([weight], lr=0.5),
    "SGD fused": lambda weight: SGD([weight], lr=0.5, fused=True),
    "Adam": lambda weight: Adam([weight], lr=0.5),
    "AdamW fused": lambda weight: AdamW([weight], lr=0.5, fused=True),
}


def ignore(_updates: int) -> None: ...


def gradient(step: int) -> torch.Tensor:
    """Return the gradient of a step; a power of two apart, so that scaling it is exact."""
    return torch.tensor([2.0**-step, -1.0])


@pytest.mark.parametrize("unscale", [False, True], ids=["", "unscale_"])
@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_a_skipped_update_does_not_count(
    make: Callable[[torch.nn.Parameter], Optimizer], unscale: bool
) -> None:
    """A run with skips ends with the bits of a plain run of only the updates that were made."""
    weight, plain = (torch.nn.Parameter(torch.ones(2)) for _ in range(2))
    optimizer, reference = make(weight), make(plain)
    scheduler = RampupLR(optimizer, SCHEDULE, updates=20)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    counts = []

    for step in range(STEPS):
        loss = (weight * gradient(step)).sum()
        scaler.scale(loss).backward()
        if step in SKIPPED:
            weight.grad.fill_(torch.inf)
        if unscale:
            scaler.unscale_(optimizer)
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad()
        scheduler.step()
        counts.append(scheduler.clock.updates)

    plan = SCHEDULE.plan(updates=20)
    made = [step for step in range(STEPS) if step not in SKIPPED]
    for k, step in enumerate(made):
        reference.param_groups[0]["lr"] = 0.5 * plan(k)
        plain.grad = gradient(step)
        reference.step()
    assert [sum(s <= step for s in made) for step in range(STEPS)] == counts
    assert plain.tolist() == weight.tolist()
    assert [0.5 * plan(len(made))] == scheduler.get_last_lr()


def test_without_a_scaler_every_step_counts() -> None:
    """A scaler that is switched off skips nothing, not even an infinite gradient."""
    weight = torch.nn.Parameter(torch.ones(2))
    optimizer = SGD([weight], lr=0.5)
    clock = Clock(optimizer, ignore)
    scaler = torch.amp.GradScaler("cpu", enabled=False)

    weight.grad = torch.full((2,), torch.inf)
    optimizer.step()
    scaler.step(optimizer)

    assert clock.updates == 2


def test_each_update_is_told_once_until_the_clock_is_detached() -> None:
    optimizer = SGD([torch.nn.Parameter(torch.ones(2))], lr=0.5)
    told: list[int] = []
    clock = Clock(optimizer, told.append)

    optimizer.step()
    optimizer.step(lambda: 0.0)
    clock.detach()
    optimizer.step()

    assert told == [1, 2]
    assert not optimizer._optimizer_step_post_hooks


def test_clocks_of_two_optimizers_are_apart() -> None:
    optimizers = [SGD([torch.nn.Parameter(torch.ones(2))], lr=0.5) for _ in range(2)]
    clocks = [Clock(optimizer, ignore) for optimizer in optimizers]

    optimizers[0].step()

    assert [clock.updates for clock in clocks] == [1, 0]
