"""presets.torchtitan against recorded rates and the formula, written down independently."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from rampup.errors import ScheduleError
from rampup.schedule.presets.torchtitan import linear_warmup_stable_decay

shares = st.integers(0, 100).map(lambda percent: percent / 100)


def formula(k: int, warm: int, total: int, ratio: float | None, kind: str, low: float) -> float:
    """Return the multiplier of update k as the documentation of torchtitan describes it."""
    fall = total - warm if ratio is None else min(round(total * ratio), total - warm)
    if k < warm:
        return (k + 1) / warm
    into = k - (total - fall)  # updates since the last one at the peak
    if into <= 0:
        return 1.0
    shapes = {
        "linear": lambda p: 1 - p,
        "sqrt": lambda p: 1 - math.sqrt(p),
        "cosine": lambda p: 0.5 * (1 + math.cos(math.pi * p)),
    }
    return low + (1 - low) * shapes[kind](into / fall)


@given(
    warm=st.integers(0, 50),
    rest=st.integers(1, 100),
    ratio=st.none() | shares,
    kind=st.sampled_from(["linear", "sqrt", "cosine"]),
    low=shares,
)
def test_the_formula(warm: int, rest: int, ratio: float | None, kind: str, low: float) -> None:
    total = warm + rest
    schedule = linear_warmup_stable_decay(warm, total, ratio, kind, low)
    expected = [formula(k, warm, total, ratio, kind, low) for k in range(total)]
    actual = schedule.plan(updates=total)(np.arange(total))
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-12)
    same = linear_warmup_stable_decay(warm, None, ratio, kind, low, training_steps=total)
    assert same == schedule


ROWS = {
    "linear": ({}, [0.25, 0.5, 0.75, 1, 1, 0.833, 0.667, 0.5, 0.333, 0.167, 0, 0]),
    "decay_ratio 0.3": (
        {"decay_ratio": 0.3},
        [0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 0.667, 0.333, 0, 0],
    ),
}


@pytest.mark.parametrize(("options", "row"), ROWS.values(), ids=ROWS)
def test_recorded_rates(options: dict[str, float], row: list[float]) -> None:
    """The last of them is what is held where torchtitan turns negative."""
    plan = linear_warmup_stable_decay(4, 10, **options).plan(updates=12)  # type: ignore[arg-type]
    assert [plan(k) for k in range(12)] == pytest.approx(row, abs=5.1e-4)


def test_what_is_too_long_is_cut_as_torchtitan_cuts_it() -> None:
    assert linear_warmup_stable_decay(6, 10, 0.8) == linear_warmup_stable_decay(6, 10)
    plan = linear_warmup_stable_decay(20, total_steps=10).plan(updates=12)
    assert [plan(k) for k in (0, 9, 11)] == [0.1, 1.0, 1.0]


def test_what_cannot_be_meant_is_refused() -> None:
    with pytest.raises(ScheduleError, match="pass total_steps=… or training_steps=…"):
        linear_warmup_stable_decay(4)
    with pytest.raises(ScheduleError, match="decay_type 'cosin' is unknown; did you mean 'cosine'"):
        linear_warmup_stable_decay(4, 10, decay_type="cosin")
