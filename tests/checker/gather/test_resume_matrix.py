"""The resume matrix: ten schedulers, six ways to go on; what is wrong is found, and no more."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.optim import SGD, Adam, Optimizer
from torch.optim.lr_scheduler import (
    ChainedScheduler,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    OneCycleLR,
    PolynomialLR,
    SequentialLR,
    StepLR,
)

from rampup.checker.engine import findings
from rampup.checker.gather.checkpoint import facts

UPDATES, SAVED = 20, 8

Make = Callable[..., Any]


def sequential(optimizer: Optimizer, last_epoch: int = -1) -> Any:
    parts = [LinearLR(optimizer, 0.1, total_iters=5), CosineAnnealingLR(optimizer, 15)]
    return SequentialLR(optimizer, parts, [5], last_epoch=last_epoch)


SCHEDULERS: dict[str, Make] = {
    "LinearLR": lambda o, **k: LinearLR(o, 0.1, total_iters=10, **k),
    "LambdaLR": lambda o, **k: LambdaLR(o, lambda step: min(1.0, (step + 1) / 10), **k),
    "CosineAnnealingLR": lambda o, **k: CosineAnnealingLR(o, UPDATES, **k),
    "OneCycleLR": lambda o, **k: OneCycleLR(o, 1.0, total_steps=UPDATES, **k),
    "SequentialLR": sequential,
    "ChainedScheduler": lambda o: ChainedScheduler(
        [LinearLR(o, 0.1, total_iters=10), ExponentialLR(o, 0.95)]
    ),
    "CosineAnnealingWarmRestarts": lambda o, **k: CosineAnnealingWarmRestarts(o, 7, **k),
    "PolynomialLR": lambda o, **k: PolynomialLR(o, UPDATES, **k),
    "StepLR": lambda o, **k: StepLR(o, 4, gamma=0.5, **k),
    "ExponentialLR": lambda o, **k: ExponentialLR(o, 0.9, **k),
}

# what is wrong, in the order of the ways below; as it was measured, but for `-`: cannot be built
WAYS = ("both", "built between", "no state, built after", "no state", "no optimizer", "last_epoch")
WRONG: dict[str, str] = {
    "LinearLR": "ok RESORD RES0 RES0 RESORD ok",
    "LambdaLR": "ok RESORD RES0 RES0 RESORD ok",
    "CosineAnnealingLR": "ok ok RES0 RES0 RESORD ok",
    "OneCycleLR": "ok RESORD RES0 RES0 RESORD ok",
    "SequentialLR": "ok RESORD RES0 RES0 RESORD LASTEP",
    "ChainedScheduler": "ok RESORD RES0 RES0 RESORD -",
    "CosineAnnealingWarmRestarts": "ok RESORD RES0 RES0 RESORD ok",
    "PolynomialLR": "ok ok RES0 RES0 RESORD ok",
    "StepLR": "ok ok ok ok RESORD LASTEP",
    "ExponentialLR": "ok ok ok ok RESORD ok",
}
CELLS = [
    (name, way, word)
    for name, words in WRONG.items()
    for way, word in zip(WAYS, words.split(), strict=True)
    if word != "-"
]


def weights() -> list[torch.nn.Parameter]:
    return [torch.nn.Parameter(torch.ones(2))]


def step(optimizer: Optimizer, scheduler: Any) -> float:
    """Make an update and return the rate it used."""
    for group in optimizer.param_groups:
        for weight in group["params"]:
            weight.grad = torch.ones_like(weight)
    used = float(optimizer.param_groups[0]["lr"])
    optimizer.step()
    scheduler.step()
    return used


def saved(kind: type[Optimizer], make: Make) -> dict[str, Any]:
    optimizer = kind(weights(), lr=1.0)  # type: ignore[call-arg]
    scheduler = make(optimizer)
    for _ in range(SAVED):
        step(optimizer, scheduler)
    return {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}


def resumed(kind: type[Optimizer], make: Make, checkpoint: dict[str, Any], way: str) -> Any:
    optimizer = kind(weights(), lr=1.0)  # type: ignore[call-arg]
    if way in ("both", "no state", "no optimizer"):
        scheduler = make(optimizer)
    if way != "no optimizer":
        optimizer.load_state_dict(checkpoint["optimizer"])
    if way in ("built between", "no state, built after"):
        scheduler = make(optimizer)
    if way == "last_epoch":
        return make(optimizer, last_epoch=SAVED - 1)
    if not way.startswith("no state"):
        scheduler.load_state_dict(checkpoint["scheduler"])
    return scheduler


@pytest.mark.parametrize("kind", [Adam, SGD])
@pytest.mark.parametrize(("name", "way", "word"), CELLS)
def test_the_matrix(kind: type[Optimizer], name: str, way: str, word: str) -> None:
    make = SCHEDULERS[name]
    checkpoint = saved(kind, make)
    scheduler = resumed(kind, make, checkpoint, way)
    found = findings(facts(checkpoint, scheduler))
    assert [one.word for one in found] == ([] if word == "ok" else [word])
    # and what the run then really does agrees
    unbroken = kind(weights(), lr=1.0)  # type: ignore[call-arg]
    right = make(unbroken)
    rates = [step(unbroken, right) for _ in range(UPDATES - 1)][SAVED:]
    went = [step(scheduler.optimizer, scheduler) for _ in range(UPDATES - 1 - SAVED)]
    assert (went == pytest.approx(rates)) == (word == "ok")
