"""`critical_lr`: the rate at which the loss rises, found without a trace."""

import math
from typing import Any

import pytest
import torch
from hypothesis import given, strategies as st
from torch import nn

from rampup import critical_lr
from rampup.errors import DivergedError, ScheduleError


def quadratic(curvature: float) -> tuple[nn.Parameter, Any]:
    weight = nn.Parameter(torch.tensor([1.0, -2.0], dtype=torch.float64))
    return weight, lambda: curvature / 2 * weight.square().sum()


def found(weight: nn.Parameter, loss: Any, **asked: Any) -> float | None:
    weight.grad = None
    loss().backward()
    return critical_lr(loss, [weight], [weight.grad], **asked)


@given(st.floats(1e-3, 1e5), st.floats(1e-6, 1.0), st.floats(0.001, 0.5))
def test_it_is_two_over_the_curvature(curvature: float, start: float, tolerance: float) -> None:
    rate = found(*quadratic(curvature), start=start, tolerance=tolerance)

    assert 2 / curvature <= rate * (1 + 1e-9)
    assert rate <= 2 / curvature * (1 + tolerance) * (1 + 1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_first_of_a_fine_scan(seed: int) -> None:
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 3)).double()
    x, y = torch.randn(32, 5).double(), torch.randn(32, 3).double()

    def loss() -> torch.Tensor:
        return (model(x) - y).square().mean()

    loss().backward()
    params = list(model.parameters())
    updates = [p.grad for p in params]
    kept = [p.detach().clone() for p in params]

    rate = critical_lr(loss, params, updates, start=0.01, tolerance=0.01)

    def rises(e: float) -> bool:
        with torch.no_grad():
            for p, value, u in zip(params, kept, updates, strict=True):
                p.copy_(value - e * u)
            return bool(loss() > before)

    with torch.no_grad():
        before = loss()
    assert [torch.equal(p, value) for p, value in zip(params, kept, strict=True)] == [True] * 4
    assert rises(rate)
    assert not any(rises(rate / 1.01 * i / 100) for i in range(1, 100))


def test_few_forward_passes_are_needed_from_a_good_guess() -> None:
    weight, loss = quadratic(10.0)
    asked = []

    def counted() -> torch.Tensor:
        asked.append(1)
        return loss()

    weight.grad = 10 * weight.detach()
    critical_lr(counted, [weight], [weight.grad], start=0.15)
    near = len(asked)
    critical_lr(counted, [weight], [weight.grad])
    assert (near, len(asked) - near) == (6, 16)


def test_a_loss_that_never_rises_has_no_critical_rate() -> None:
    weight = nn.Parameter(torch.ones(1))
    assert found(weight, weight.sum) is None
    assert found(*quadratic(10.0), start=0.01, highest=0.1) is None


def test_a_loss_that_rises_at_once_has_the_rate_zero() -> None:
    weight, loss = quadratic(10.0)
    assert critical_lr(loss, [weight], [-weight.detach()]) == 0.0
    assert found(weight, loss, start=1.0, lowest=0.5) == 0.0


def test_rounding_is_no_rise() -> None:
    """Two units in the last place, as a float32 loss trembles at tiny rates."""
    weight = nn.Parameter(torch.ones(1))

    def loss() -> float:
        rate = 1.0 - weight.item()
        if rate < 1e-3:
            return 1.0 + 2 * torch.finfo(torch.float32).eps * (rate > 0)
        return 0.5 if rate < 0.8 else 2.0

    rate = critical_lr(loss, [weight], [torch.ones(1)], start=1e-5)

    assert 0.8 <= rate <= 0.88


@pytest.mark.parametrize("fails", [False, True])
def test_it_leaves_no_trace(fails: bool) -> None:
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 1))
    x = torch.randn(16, 3)
    calls = []

    def loss() -> torch.Tensor:
        calls.append(1)
        if fails and len(calls) == 5:
            raise OSError("the data went away")
        return model(x).square().mean()

    loss().backward()
    params = list(model.parameters())
    updates = [p.grad.clone() for p in params]
    pending = model(x).sum()  # its graph waits for a backward pass
    before = [
        torch.get_rng_state(),
        *(value.clone() for value in model.state_dict().values()),
        *(p.grad.clone() for p in params),
    ]

    if fails:
        with pytest.raises(OSError, match="went away"):
            critical_lr(loss, params, updates, model=model)
    else:
        critical_lr(loss, params, updates, model=model)

    after = [torch.get_rng_state(), *model.state_dict().values(), *(p.grad for p in params)]
    assert all(map(torch.equal, before, after))
    pending.backward()
    assert model.training


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (
            {"start": 0.0},
            (
                "start = 0.0 must lie between lowest = 1e-12 and highest = 1000000.0, all finite "
                "and above 0, and so must tolerance = 0.1"
            ),
        ),
        (
            {"start": 2.0, "highest": 1.0},
            (
                "start = 2.0 must lie between lowest = 1e-12 and highest = 1.0, all finite and "
                "above 0, and so must tolerance = 0.1"
            ),
        ),
        (
            {"direction": []},
            (
                "direction has 0 tensors for 1 parameters, or of other shapes; give one update "
                "for each parameter"
            ),
        ),
    ],
    ids=["zero", "order", "direction"],
)
def test_what_cannot_be_searched_is_refused(asked: dict[str, Any], text: str) -> None:
    weight, loss = quadratic(1.0)

    with pytest.raises(ScheduleError) as caught:
        critical_lr(loss, [weight], **{"direction": [weight.detach()], **asked})

    assert text == str(caught.value)


def test_a_loss_that_is_not_finite_is_no_place_to_search() -> None:
    weight = nn.Parameter(torch.ones(1))

    with pytest.raises(DivergedError) as caught:
        critical_lr(lambda: weight.sum() * math.nan, [weight], [torch.ones(1)])

    text = "the loss is nan before any step; no rate can be searched there"
    assert text == str(caught.value)
