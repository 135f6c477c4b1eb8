"""Lengths that follow from the optimizer, against their formulas."""

import pytest
from hypothesis import given, strategies as st

from rampup import Length
from rampup.errors import ScheduleError
from rampup.schedule.lengths import untuned_exponential, untuned_linear


@pytest.mark.parametrize(
    ("beta2", "linear", "exponential"), [(0.999, 2000, 1000), (0.99, 200, 100), (0.95, 40, 20)]
)
def test_the_untuned_lengths_of_the_paper(beta2: float, linear: int, exponential: int) -> None:
    assert Length(linear) == untuned_linear(beta2)
    assert Length(exponential) == untuned_exponential(beta2)


@given(st.floats(0, 0.9999))
def test_the_linear_length_is_twice_the_timescale(beta2: float) -> None:
    assert abs(untuned_linear(beta2).value - 2 * untuned_exponential(beta2).value) <= 1


@pytest.mark.parametrize("beta2", [-0.1, 1.0, 2.0, float("nan")])
def test_what_is_no_beta2_is_refused(beta2: float) -> None:
    with pytest.raises(ScheduleError) as caught:
        untuned_linear(beta2)

    assert str(caught.value) == f"beta2 = {beta2!r} must lie between 0 and 1, 1 excluded"
