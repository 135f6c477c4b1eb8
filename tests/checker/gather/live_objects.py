"""Live optimizers and schedulers for the tests of the checker."""

from collections.abc import Callable
from typing import Any

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from rampup.checker.engine import findings
from rampup.checker.finding import Finding
from rampup.checker.gather.live import facts


def optimizer(lr: Any = 1.0, *, kind: type = torch.optim.SGD, groups: int = 1, **more: Any) -> Any:
    """Return an optimizer of so many groups, one weight each."""
    weights = [{"params": [torch.nn.Parameter(torch.ones(1))]} for _ in range(groups)]
    return kind(weights, lr=lr, **more)


def by_lambda(factor: Callable[[int], float], lr: float = 1.0) -> LambdaLR:
    return LambdaLR(optimizer(lr), factor)


def update(own: Optimizer, times: int = 1, scheduler: Any = None) -> None:
    """Make updates, and step the scheduler after each."""
    for _ in range(times):
        for group in own.param_groups:
            for weight in group["params"]:
                weight.grad = torch.ones(1)
        own.step()
        if scheduler is not None:
            scheduler.step()


def found(scheduler: Any, own: Any = None, **run: Any) -> list[Finding]:
    return findings(facts(scheduler, own, **run))


def loud(all_found: list[Finding]) -> list[str]:
    """Return the findings that say more than a note."""
    return [str(one) for one in all_found if one.severity != "note"]
