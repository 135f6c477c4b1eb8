"""The direction is what the optimizer then does, for each optimizer of torch."""

import pytest
import torch
from torch.optim import Optimizer

from rampup.scheduler.adaptive.direction import direction

KINDS = {
    "SGD": lambda w: torch.optim.SGD(w, momentum=0.9, weight_decay=0.1),
    "nesterov": lambda w: torch.optim.SGD(w, momentum=0.9, nesterov=True),
    "SGD fused": lambda w: torch.optim.SGD(w, fused=True),
    "Adam": lambda w: torch.optim.Adam(w, weight_decay=0.1),
    "AdamW foreach": lambda w: torch.optim.AdamW(w, weight_decay=0.1, foreach=True),
    "AdamW fused": lambda w: torch.optim.AdamW(w, weight_decay=0.1, amsgrad=True, fused=True),
    "Adam tensor": lambda w: torch.optim.Adam(w, lr=torch.tensor(1.0), foreach=False),
    "NAdam": torch.optim.NAdam,
    "RAdam": torch.optim.RAdam,
    "Adamax": torch.optim.Adamax,
    "Adagrad": lambda w: torch.optim.Adagrad(w, lr_decay=0.1),
    "Adadelta": torch.optim.Adadelta,
    "RMSprop": lambda w: torch.optim.RMSprop(w, momentum=0.9, centered=True),
    "ASGD": lambda w: torch.optim.ASGD(w, t0=1),
}

RATES = (0.02, 0.005)


def built(kind: str) -> tuple[list[torch.nn.Parameter], Optimizer]:
    """Return parameters in two groups, and their optimizer after some updates."""
    torch.manual_seed(0)
    weights = [torch.nn.Parameter(torch.randn(3, 2).double()) for _ in range(3)]
    optimizer = KINDS[kind]([{"params": weights[:2]}, {"params": weights[2:]}])
    for k in range(4):
        for index, weight in enumerate(weights):
            weight.grad = None if index == 1 else torch.randn(3, 2).double()
        set_rates(optimizer, [rate / 2 for rate in RATES])
        if k < 3:
            optimizer.step()
    return weights, optimizer


def set_rates(optimizer: Optimizer, rates: list[float]) -> None:
    for group, rate in zip(optimizer.param_groups, rates, strict=True):
        tensor = isinstance(group["lr"], torch.Tensor)
        group["lr"] = torch.tensor(rate, dtype=torch.float64) if tensor else rate


# ASGD's rate divides by what it was at the start, so its steps are not proportional to it
@pytest.mark.parametrize("factor", [0.1, 1.0])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "ASGD"])
def test_the_step_is_the_rate_times_the_direction(kind: str, factor: float) -> None:
    weights, optimizer = built(kind)
    before = [weight.detach().clone() for weight in weights]

    moved, updates = direction(optimizer, RATES)

    assert [weight is weights[i] for weight, i in zip(moved, (0, 2), strict=True)] == [True, True]
    assert all(map(torch.equal, before, weights))
    set_rates(optimizer, [factor * rate for rate in RATES])
    optimizer.step()
    for index, update in zip((0, 2), updates, strict=True):
        expected = before[index] - factor * update
        torch.testing.assert_close(weights[index].detach(), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_measuring_changes_nothing(kind: str) -> None:
    (weights, optimizer), (others, untouched) = built(kind), built(kind)

    direction(optimizer, RATES)

    for weight, other in zip(weights, others, strict=True):
        assert weight.grad is None or torch.equal(weight.grad, other.grad)
    optimizer.step()
    untouched.step()
    assert all(map(torch.equal, weights, others))


def test_gradients_that_a_grad_scaler_scaled_stay_scaled() -> None:
    """A fused step unscales them in place; the copy must not do that to the originals."""
    weight = torch.nn.Parameter(torch.ones(3))
    weight.grad = torch.full((3,), 8.0)
    optimizer = torch.optim.SGD([weight], fused=True)
    optimizer.grad_scale, optimizer.found_inf = torch.tensor(4.0), torch.tensor(0.0)

    _, [update] = direction(optimizer, [0.5])

    assert weight.grad.tolist() == [8.0, 8.0, 8.0]
    assert update.tolist() == [1.0, 1.0, 1.0]
