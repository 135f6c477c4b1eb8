"""`untuned`: closed forms, and that a rectified factor turns Adam into RAdam."""

import math

import pytest
import torch
from torch.optim import SGD, Adam, AdamW, RAdam

from rampup import RampupLR, decay, hold, untuned
from rampup.errors import ScheduleError


def adam(beta2: float = 0.99) -> Adam:
    return Adam([torch.nn.Parameter(torch.ones(2))], lr=0.1, betas=(0.9, beta2))


@pytest.mark.parametrize("beta2", [0.9, 0.95, 0.98, 0.99, 0.999])
def test_linear_is_its_closed_form(beta2: float) -> None:
    plan = (untuned(adam(beta2)) >> hold()).plan(updates=10_000)

    for i in (0, 1, 7, 200, 1999):
        expected = min(1.0, (1 - beta2) * (i + 1) / 2)
        assert plan(i) == pytest.approx(expected, rel=1e-12)
    assert plan(round(2 / (1 - beta2)) - 1) == 1.0


@pytest.mark.parametrize("beta2", [0.9, 0.95, 0.98, 0.99, 0.999])
def test_exponential_is_its_closed_form(beta2: float) -> None:
    plan = untuned(adam(beta2), "exponential").plan(updates=10_000)

    for i in (0, 1, 7, 200, 5000):
        assert plan(i) == pytest.approx(1 - math.exp(-(1 - beta2) * (i + 1)), rel=1e-9)


@pytest.mark.parametrize("kind", ["exponential", "rectified"])
def test_the_endless_ones_multiply_what_they_are_combined_with(kind: str) -> None:
    rise, fall = untuned(adam(), kind), decay("cosine")
    plan = (rise * fall).plan(updates=100)

    for k in (0, 3, 50, 99):
        assert plan(k) == rise.plan(updates=100)(k) * fall.plan(updates=100)(k)


@pytest.mark.parametrize("kind", ["linear", "exponential", "rectified"])
def test_the_three_lose_as_much_rate(kind: str) -> None:
    """The effective length is 1 / (1 − β₂), within five percent (Ma & Yarats)."""
    plan = untuned(adam(), kind).plan(updates=10_000)

    assert sum(1 - plan(k) for k in range(2000)) == pytest.approx(100, rel=0.05)


@pytest.mark.parametrize("beta2", [0.95, 0.99, 0.999])
def test_a_rectified_adam_is_torchs_radam(beta2: float) -> None:
    """From the first step at which torch rectifies, to the rounding of float64."""
    torch.manual_seed(0)
    start = torch.randn(5, dtype=torch.float64)
    gradients = torch.randn(60, 5, dtype=torch.float64)
    theirs, ours = (torch.nn.Parameter(start.clone()) for _ in range(2))
    radam = RAdam([theirs], lr=0.0, betas=(0.9, beta2), eps=1e-30)
    rho = [2 / (1 - beta2) - 1 - 2 * t * beta2**t / (1 - beta2**t) if t else 0.0 for t in range(60)]
    first = next(t for t in range(60) if rho[t] > 5)
    for t in range(1, first):  # its steps of plain momentum fill the moments and move nothing
        theirs.grad = gradients[t]
        radam.step()
    radam.param_groups[0]["lr"] = 0.01
    adam = Adam([ours], lr=0.01, betas=(0.9, beta2), eps=1e-30)
    adam.state[ours] = {
        key: value.clone()
        for key, value in radam.state[theirs].items()
        if key in ("step", "exp_avg", "exp_avg_sq")
    }
    schedule = untuned(adam, "rectified")
    behind = first - next(t for t in range(60) if rho[t] > 4)  # torch waits for ρ > 5
    scheduler = RampupLR(adam, schedule.since(behind), updates=1000)

    for t in range(first, 60):
        theirs.grad, ours.grad = gradients[t], gradients[t]
        radam.step()
        adam.step()
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-14)
    assert scheduler.clock.updates == 60 - first


def two_groups() -> AdamW:
    weights = [torch.nn.Parameter(torch.ones(1)) for _ in range(3)]
    return AdamW(
        [
            {"params": weights[:1], "betas": (0.9, 0.95)},
            {"params": weights[1:2], "betas": (0.9, 0.999)},
            {"params": weights[2:], "betas": (0.8, 0.95)},
        ]
    )


@pytest.mark.parametrize(
    ("optimizer", "kind", "text"),
    [
        (
            SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1),
            "linear",
            (
                "group 0 of this SGD has no betas, from which an untuned warmup follows; "
                "give warmup(…) a length"
            ),
        ),
        (
            two_groups(),
            "linear",
            (
                "the groups have beta2 = 0.95 and 0.999, and an untuned warmup follows from one; "
                "give warmup(…) a length"
            ),
        ),
        (
            adam(),
            "cosine",
            "kind 'cosine' is unknown; use one of 'linear', 'exponential', 'rectified'",
        ),
        (adam(0.5), "rectified", "rectified 0.5: beta2 must be above 0.6 to be rectified"),
    ],
    ids=["betas", "differ", "kind", "beta2"],
)
def test_what_cannot_be_read_off_is_refused(optimizer, kind, text) -> None:
    with pytest.raises(ScheduleError) as caught:
        untuned(optimizer, kind)

    assert text == str(caught.value)
