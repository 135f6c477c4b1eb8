"""`from_torch` reads what transformers builds: every schedule that follows no metric."""

import importlib
from typing import Any

import numpy as np
import pytest
import torch
from torch.optim import SGD

from rampup import from_torch, parse

optimization: Any = pytest.importorskip("transformers.optimization")

# transformers warms from 0 unless it says otherwise
RUN = {"num_warmup_steps": 6, "num_training_steps": 40}
MAKE: dict[str, tuple[str, dict[str, Any]]] = {
    "constant": ("get_constant_schedule", {}),
    "constant with warmup": ("get_constant_schedule_with_warmup", {"num_warmup_steps": 6}),
    "linear": ("get_linear_schedule_with_warmup", RUN),
    "linear without warmup": (
        "get_linear_schedule_with_warmup",
        {**RUN, "num_warmup_steps": 0},
    ),
    "cosine": ("get_cosine_schedule_with_warmup", RUN),
    "cosine of two waves": ("get_cosine_schedule_with_warmup", {**RUN, "num_cycles": 2.0}),
    "restarts": ("get_cosine_with_hard_restarts_schedule_with_warmup", {**RUN, "num_cycles": 3}),
    "polynomial": (
        "get_polynomial_decay_schedule_with_warmup",
        {**RUN, "lr_end": 1e-3, "power": 2.0},
    ),
    "inverse sqrt": ("get_inverse_sqrt_schedule", {"num_warmup_steps": 6}),
    "cosine to a rate": ("get_cosine_with_min_lr_schedule_with_warmup", {**RUN, "min_lr": 0.02}),
    "cosine to a share": (
        "get_cosine_with_min_lr_schedule_with_warmup",
        {**RUN, "min_lr_rate": 0.1},
    ),
    "cosine from a rate": (
        "get_cosine_with_min_lr_schedule_with_warmup_lr_rate",
        {**RUN, "min_lr_rate": 0.1, "warmup_lr_rate": 0.2},
    ),
    "cosine from one": (
        "get_cosine_with_min_lr_schedule_with_warmup_lr_rate",
        {**RUN, "min_lr_rate": 0.1},
    ),
    "wsd": (
        "get_wsd_schedule",
        {**RUN, "num_decay_steps": 10, "decay_type": "1-sqrt", "min_lr_ratio": 0.1},
    ),
}


@pytest.mark.parametrize(("name", "options"), MAKE.values(), ids=MAKE)
def test_a_schedule_of_transformers(name: str, options: dict[str, Any]) -> None:
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": lr} for lr in (0.1, 0.025)]
    optimizer = SGD(groups, lr=0.1)
    scheduler = getattr(optimization, name)(optimizer, **options)
    rates = []
    for _ in range(40):
        rates.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
        scheduler.step()

    schedule = from_torch(scheduler)

    factors = schedule.plan(updates=40)(np.arange(40))
    np.testing.assert_allclose(np.outer(factors, [0.1, 0.025]), rates, rtol=0, atol=1e-13)
    assert parse(str(schedule)) == schedule


def test_every_function_that_transformers_gives_to_a_lambda_is_known() -> None:
    from_torch_module = importlib.import_module("rampup.scheduler.from_torch")
    theirs = {name for name in vars(optimization) if name.startswith("_get_")}

    assert {name for name in theirs if name.endswith("lambda")} == set(from_torch_module._BUILT)
