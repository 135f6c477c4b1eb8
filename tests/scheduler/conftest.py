"""What the scheduler's tests share: a log of the rates that updates really use."""

from collections.abc import Callable

import pytest
import torch
from torch.optim import Optimizer

Log = list[list[float]]


@pytest.fixture
def log_rates() -> Callable[[Optimizer], Log]:
    """Return `log_rates(optimizer)`: a list to which each step adds the rates of its groups."""

    def attach(optimizer: Optimizer) -> Log:
        log: Log = []

        def before(optimizer: Optimizer, *_: object) -> None:
            log.append([float(group["lr"]) for group in optimizer.param_groups])

        optimizer.register_step_pre_hook(before)
        return log

    return attach


@pytest.fixture
def weight() -> torch.nn.Parameter:
    """Return a weight with a gradient that stays."""
    weight = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
    weight.grad = torch.tensor([0.5, 0.25])
    return weight
