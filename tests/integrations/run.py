"""The run that every trainer makes: one schedule, two groups, stopped and resumed half-way."""

from typing import Any, Final

import torch
from torch.optim import SGD, AdamW, Optimizer

from rampup import decay, hold, warmup

BASES: Final = [0.1, 0.02]
SCHEDULE: Final = warmup("2ep") >> hold(2) >> decay("cosine", to=0.01)
UPDATES: Final = 16
RUN: Final[dict[str, Any]] = {"updates": UPDATES, "updates_per_epoch": 4}
OPTIMIZERS: Final[dict[str, Any]] = {
    "SGD": SGD,
    "AdamW": AdamW,
    "AdamW fused": lambda groups: AdamW(groups, fused=True),
}
STOP: Final = 6
"""The run stops after this many updates: in the warmup, and within an epoch."""

Rates = list[list[float]]


def planned(updates: int = UPDATES) -> Rates:
    """Return the rates that these updates are to use: base × plan(k), for each group."""
    plan = SCHEDULE.plan(**RUN)
    return [[base * plan(k) for base in BASES] for k in range(updates)]


def small_model() -> torch.nn.Module:
    """Return two layers, with the same weights each time."""
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Linear(3, 1))


def groups_of(model: torch.nn.Module) -> list[dict[str, Any]]:
    """Return weights and biases as two groups, each with its base rate."""
    weights = [p for p in model.parameters() if p.ndim > 1]
    biases = [p for p in model.parameters() if p.ndim < 2]
    return [{"params": weights, "lr": BASES[0]}, {"params": biases, "lr": BASES[1]}]


def follow(optimizer: Optimizer) -> Rates:
    """Return a list to which each step adds the rates that it is about to use.

    A fused step that its gradient scaler tells to do nothing adds none.
    """
    used: Rates = []

    def before(optimizer: Optimizer, *_: object) -> None:
        if not getattr(optimizer, "found_inf", None):
            used.append([float(group["lr"]) for group in optimizer.param_groups])

    optimizer.register_step_pre_hook(before)
    return used
