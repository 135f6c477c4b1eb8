"""presets.nanogpt against recorded rates and the formula, written down independently."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from rampup.errors import ScheduleError
from rampup.schedule.presets.nanogpt import get_lr


def formula(k: int, peak: float, warm: int, end: int, low: float) -> float:
    """Return the rate of update k."""
    if k < warm:
        return peak * (k + 1) / (warm + 1)
    p = min((k - warm) / (end - warm), 1.0)
    return low + (peak - low) * 0.5 * (1 + math.cos(math.pi * p))


@given(
    peak=st.floats(-6, 1).map(lambda exponent: 10.0**exponent),
    warm=st.integers(0, 50),
    rest=st.integers(1, 100),
    more=st.integers(0, 20),
    share=st.integers(0, 100).map(lambda percent: percent / 100),
)
def test_the_formula(peak: float, warm: int, rest: int, more: int, share: float) -> None:
    # a warmup must be shorter than the run, and nanoGPT's lasts one update more than it says
    updates = warm + rest + max(more, 1)
    schedule = get_lr(peak, warm, warm + rest, share * peak)
    expected = [formula(k, peak, warm, warm + rest, share * peak) for k in range(updates)]
    actual = peak * schedule.plan(updates=updates)(np.arange(updates))
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-12 * peak)


def test_recorded_rates() -> None:
    plan = get_lr(1.0, 4, 10, 0.1).plan(updates=12)
    row = [0.2, 0.4, 0.6, 0.8, 1, 0.940, 0.775, 0.55, 0.325, 0.160, 0.1, 0.1]
    assert [plan(k) for k in range(12)] == pytest.approx(row, abs=5.1e-4)


def test_the_defaults_are_those_of_gpt_2() -> None:
    plan = get_lr().plan(updates=600_001)
    assert plan(0) == pytest.approx(1 / 2001)
    assert plan(2000) == 1.0
    assert plan(600_000) == pytest.approx(0.1)


def test_what_cannot_be_meant_is_refused() -> None:
    with pytest.raises(ScheduleError, match="warmup_iters = 10 leaves nothing"):
        get_lr(1.0, 10, 10)
    with pytest.raises(
        ScheduleError, match=r"min_lr = 2\.0 must lie between 0 and learning_rate = 1\.0"
    ):
        get_lr(1.0, 4, 10, 2.0)
