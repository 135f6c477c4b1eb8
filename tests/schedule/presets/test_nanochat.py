"""presets.nanochat against recorded rates and the formula, written down independently."""

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st

from rampup.errors import ScheduleError
from rampup.schedule.presets.nanochat import get_lr_multiplier

shares = st.integers(0, 100).map(lambda percent: percent / 100)


def formula(k: int, total: int, warm: int, ratio: float, end: float) -> float:
    """Return the multiplier of update k < total."""
    down = round(ratio * total)
    if k < warm:
        return (k + 1) / warm
    left = total - k
    return 1.0 if left >= down else end + (1 - end) * left / down


@given(total=st.integers(1, 150), warm=st.integers(0, 60), ratio=shares, end=shares)
def test_the_formula(total: int, warm: int, ratio: float, end: float) -> None:
    assume(warm < total)
    schedule = get_lr_multiplier(total, warm, ratio, end)
    expected = [formula(k, total, warm, ratio, end) for k in range(total)]
    actual = schedule.plan(updates=total)(np.arange(total))
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-12)


def test_recorded_rates() -> None:
    plan = get_lr_multiplier(10, 4, 0.5, 0.1).plan(updates=10)
    row = [0.25, 0.5, 0.75, 1, 1, 1, 0.82, 0.64, 0.46, 0.28]
    assert [plan(k) for k in range(10)] == pytest.approx(row)
    assert plan(20) == pytest.approx(0.1)


def test_a_warmup_within_the_warmdown_drops_onto_its_line() -> None:
    plan = get_lr_multiplier(10, 4, 0.8, 0.0).plan(updates=10)
    assert [plan(k) for k in (3, 4, 9)] == pytest.approx([1.0, 0.75, 0.125])


def test_what_cannot_be_meant_is_refused() -> None:
    with pytest.raises(ScheduleError, match=r"warmdown_ratio = 1\.5 must lie between 0 and 1"):
        get_lr_multiplier(10, 4, 1.5)
    with pytest.raises(ScheduleError, match="warmup_steps = 10 leaves nothing"):
        get_lr_multiplier(10, 10)
