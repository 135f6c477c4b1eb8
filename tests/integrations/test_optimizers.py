"""Each optimizer of torch, with each way it has to step, over a run that is stopped and resumed."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
import torch
from tests.checkpoints import through_a_file
from tests.integrations.run import (
    BASES,
    RUN,
    SCHEDULE,
    STOP,
    UPDATES,
    Rates,
    follow,
    planned,
    small_model,
)
from torch.optim import Optimizer

from rampup import RampupLR

PLAIN: dict[str, dict[str, Any]] = {
    "SGD": {},
    "SGD momentum": {"momentum": 0.9},
    "Adam": {},
    "AdamW": {},
    "RAdam": {},
    "Adagrad": {},
    "RMSprop": {},
    "Adadelta": {},
    "Adamax": {},
    "NAdam": {},
    "ASGD": {},
    "Rprop": {},
    "Adafactor": {},
    "SparseAdam": {},
    "Muon": {},
}
WAYS: dict[str, dict[str, Any]] = {
    "default": {},
    "foreach": {"foreach": True},
    "loop": {"foreach": False},
    "fused": {"fused": True},
    "capturable": {"capturable": True},
    "differentiable": {"differentiable": True},
}
LR: dict[str, Callable[[float], Any]] = {
    "float": float,
    "tensor": lambda base: torch.tensor(base, dtype=torch.float64),
}
DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


def built(name: str, way: str, kind: str, device: str) -> tuple[torch.nn.Module, Optimizer]:
    """Return a model, and an optimizer of two groups, each with a rate of its own.

    Raises:
        AssertionError: torch does not offer this.
        RuntimeError: likewise.
        TypeError: likewise.
    """
    model = small_model().to(device)
    parameters = [p.clone() if way == "differentiable" else p for p in model.parameters()]
    weights, biases = parameters[::2], parameters[1::2]
    parts = [weights[:1], weights[1:]] if name == "Muon" else [weights, biases]  # matrices alone
    groups = [
        {"params": part, "lr": LR[kind](base)} for part, base in zip(parts, BASES, strict=True)
    ]
    optimizer: Optimizer = getattr(torch.optim, name.partition(" ")[0])(
        groups, **PLAIN[name], **WAYS[way]
    )
    return model, optimizer


def update(optimizer: Optimizer, k: int) -> None:
    for parameter in (p for group in optimizer.param_groups for p in group["params"]):
        gradient = torch.full_like(parameter, 0.5**k)
        sparse = type(optimizer).__name__ == "SparseAdam"
        parameter.grad = gradient.to_sparse() if sparse else gradient
    optimizer.step()


def offers(name: str, way: str, kind: str, device: str) -> bool:
    """Whether torch lets this optimizer make two updates."""
    try:
        _, optimizer = built(name, way, kind, device)
        update(optimizer, 0)
        update(optimizer, 1)
        if name == "ASGD":  # the state of a differentiable one cannot be loaded and gone on with
            optimizer.load_state_dict(through_a_file(optimizer.state_dict()))
            update(optimizer, 2)
    except (AssertionError, RuntimeError, TypeError):
        return False
    return True


OFFERED = [case for case in product(PLAIN, WAYS, LR, DEVICES) if offers(*case)]


def test_torch_offers_what_is_tested_below() -> None:
    """All but `capturable`, for which it wants an accelerator."""
    assert {*PLAIN} == {name for name, *_ in OFFERED}
    assert {*WAYS} - {"capturable"} <= {way for _, way, *_ in OFFERED}
    assert len(OFFERED) >= 100


@pytest.mark.parametrize(("name", "way", "kind", "device"), OFFERED)
def test_a_run_that_stops_and_resumes_uses_the_planned_rates(
    name: str, way: str, kind: str, device: str
) -> None:
    """And a rate that is a tensor stays this tensor, through the updates and the load."""
    model, optimizer = built(name, way, kind, device)
    used = follow(optimizer)
    RampupLR(optimizer, SCHEDULE, on_foreign_write="error", **RUN)
    for k in range(STOP):
        update(optimizer, k)
    saved = through_a_file({"model": model.state_dict(), "optimizer": optimizer.state_dict()})

    model, optimizer = built(name, way, kind, device)
    kept = [group["lr"] for group in optimizer.param_groups]
    used_then = follow(optimizer)
    RampupLR(optimizer, SCHEDULE, on_foreign_write="error", **RUN)
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    for k in range(STOP, UPDATES):
        update(optimizer, k)

    assert planned() == used + used_then
    if kind == "tensor":
        assert all(a is g["lr"] for a, g in zip(kept, optimizer.param_groups, strict=True))


@pytest.mark.parametrize("kind", LR)
def test_one_step_of_lbfgs_is_one_update(kind: str) -> None:
    """However often it calls the closure; all of these use one rate."""

    def trained(updates: int, saved: dict[str, Any] | None) -> tuple[Optimizer, Rates, int]:
        model = small_model()
        optimizer = torch.optim.LBFGS(model.parameters(), lr=LR[kind](BASES[0]), max_iter=5)
        RampupLR(optimizer, SCHEDULE, **RUN)
        used, calls = follow(optimizer), 0
        if saved:
            optimizer.load_state_dict(saved)

        def closure() -> torch.Tensor:
            nonlocal calls
            calls += 1
            optimizer.zero_grad()
            loss = model(torch.ones(2, 4)).square().mean()
            loss.backward()
            return loss

        for _ in range(updates):
            optimizer.step(closure)
        return optimizer, used, calls

    optimizer, used, calls = trained(STOP, None)
    _, used_then, _ = trained(UPDATES - STOP, optimizer.state_dict())

    assert calls > 2 * STOP
    assert [rates[:1] for rates in planned()] == used + used_then


def test_a_single_precision_tensor_holds_the_planned_rate_rounded() -> None:
    model = small_model()
    rate = torch.tensor(BASES[0])
    base = rate.item()
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, foreach=False)
    used = follow(optimizer)
    RampupLR(optimizer, SCHEDULE, on_foreign_write="error", **RUN)

    for k in range(UPDATES):
        update(optimizer, k)

    plan = SCHEDULE.plan(**RUN)
    assert [[torch.tensor(base * plan(k)).item()] for k in range(UPDATES)] == used
