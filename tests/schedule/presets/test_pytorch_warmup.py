"""presets.pytorch_warmup against pytorch_warmup itself, alone and over another scheduler."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, strategies as st

from rampup import Schedule, decay
from rampup.errors import ScheduleError
from rampup.schedule.presets import pytorch_warmup as presets

peer = pytest.importorskip("pytorch_warmup", reason="parity is with the installed pytorch_warmup")

periods = st.integers(1, 60)
rates = st.floats(-6, 1).map(lambda exponent: 10.0**exponent)
betas = st.floats(0.61, 0.9999) | st.sampled_from([0.9, 0.95, 0.98, 0.99, 0.999])


def used(
    make: Callable[[torch.optim.Optimizer], Any],
    base: float,
    updates: int,
    *,
    beta2: float = 0.999,
    cosine: int | None = None,
) -> list[float]:
    """Return the rate read immediately before each optimizer step."""
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.Adam([weight], lr=base, betas=(0.9, beta2))
    inner = cosine and torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, cosine)
    damping = make(optimizer)
    rates = []
    for _ in range(updates):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        with damping.dampening():
            if inner:
                inner.step()
    return rates


def assert_parity(schedule: Schedule, base: float, expected: list[float]) -> None:
    updates = len(expected)
    actual = base * schedule.plan(updates=updates)(np.arange(updates))
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-12 * base)


@given(period=periods, more=periods, base=rates)
def test_linear_warmup(period: int, more: int, base: float) -> None:
    expected = used(lambda o: peer.LinearWarmup(o, period), base, period + more)
    assert_parity(presets.LinearWarmup(period), base, expected)


@given(period=periods, more=periods, base=rates)
def test_exponential_warmup(period: int, more: int, base: float) -> None:
    expected = used(lambda o: peer.ExponentialWarmup(o, period), base, period + more)
    assert_parity(presets.ExponentialWarmup(period), base, expected)


@given(period=periods, more=periods, base=rates)
def test_over_another_scheduler_it_is_a_factor(period: int, more: int, base: float) -> None:
    total = period + more
    expected = used(lambda o: peer.LinearWarmup(o, period), base, total, cosine=total)
    assert_parity(presets.LinearWarmup(period) * decay("cosine", over=total), base, expected)


@given(beta2=betas, base=rates)
def test_untuned_warmups(beta2: float, base: float) -> None:
    period = peer.UntunedLinearWarmup(_adam(beta2)).warmup_params[0]["warmup_period"]
    assert presets.UntunedLinearWarmup(beta2=beta2) == presets.LinearWarmup(period)
    period = peer.UntunedExponentialWarmup(_adam(beta2)).warmup_params[0]["warmup_period"]
    assert presets.UntunedExponentialWarmup(beta2=beta2) == presets.ExponentialWarmup(period)
    expected = used(peer.UntunedExponentialWarmup, base, 50, beta2=beta2)
    assert_parity(presets.UntunedExponentialWarmup(beta2=beta2), base, expected)


@given(beta2=betas, base=rates)
def test_radam_warmup(beta2: float, base: float) -> None:
    expected = used(peer.RAdamWarmup, base, 200, beta2=beta2)
    assert_parity(presets.RAdamWarmup(beta2=beta2), base, expected)


def test_the_untuned_period_is_cut_in_floating_point() -> None:
    """2/(1 − 0.999) is 1999.9999999999982 in floating point."""
    assert presets.UntunedLinearWarmup(beta2=0.999) == presets.LinearWarmup(1999)
    expected = used(peer.UntunedLinearWarmup, 1.0, 2500)
    assert_parity(presets.UntunedLinearWarmup(beta2=0.999), 1.0, expected)


def test_recorded_rates() -> None:
    plan = presets.LinearWarmup(4).plan(updates=10)
    assert [plan(k) for k in range(6)] == [0.25, 0.5, 0.75, 1, 1, 1]
    plan = presets.ExponentialWarmup(4).plan(updates=12)
    row = [0.221, 0.393, 0.528, 0.632, 0.713, 0.777, 0.826, 0.865, 0.895, 0.918, 0.936, 0.950]
    assert [plan(k) for k in range(12)] == pytest.approx(row, abs=5.1e-4)
    plan = (presets.LinearWarmup(4) * decay("cosine")).plan(updates=10)
    row = [0.25, 0.488, 0.678, 0.794, 0.655, 0.5, 0.345, 0.206, 0.095, 0.024]
    assert [plan(k) for k in range(10)] == pytest.approx(row, abs=5.1e-4)


@pytest.mark.parametrize("period", [0, -1, 2.5, True])
def test_a_period_that_cannot_be_meant_is_refused(period: Any) -> None:
    with pytest.raises(ScheduleError, match="warmup_period = "):
        presets.LinearWarmup(period)
    with pytest.raises(ScheduleError, match="warmup_period = "):
        presets.ExponentialWarmup(period)


@pytest.mark.parametrize("beta2", [1.0, -0.1, float("nan")])
def test_a_beta2_that_cannot_be_meant_is_refused(beta2: float) -> None:
    with pytest.raises(ScheduleError, match="beta2 = "):
        presets.UntunedLinearWarmup(beta2=beta2)


def _adam(beta2: float) -> torch.optim.Optimizer:
    return torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], betas=(0.9, beta2))
