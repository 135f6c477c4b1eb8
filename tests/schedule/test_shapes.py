"""Each shape against its formula in plain `math`, and what all shapes have in common."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rampup.errors import ScheduleError
from rampup.schedule.shapes import SHAPES, shape

FORMULAS: dict[str, Callable[[float], float]] = {
    "linear": lambda p: p,
    "cosine": lambda p: math.sin(math.pi * p / 2) ** 2,
    "quadratic": lambda p: p**2,
    "sqrt": lambda p: p**0.5,
    "1-sqrt": lambda p: 1 - (1 - p) ** 0.5,
}
progress = st.floats(0, 1)


def test_every_shape_has_a_formula_here() -> None:
    assert FORMULAS.keys() == SHAPES.keys()


@pytest.mark.parametrize("name", SHAPES)
@given(p=progress)
def test_a_shape_is_its_formula(name: str, p: float) -> None:
    assert FORMULAS[name](p) == pytest.approx(float(shape(name).rise(p)), abs=1e-15)


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_rises_from_0_to_1(name: str) -> None:
    rise = shape(name).rise(np.linspace(0.0, 1.0, 1001))

    assert [rise[0], rise[-1]] == [0.0, 1.0]
    assert np.all(np.diff(rise) > 0)


@pytest.mark.parametrize("name", SHAPES)
@given(p=st.lists(progress, min_size=1, max_size=70))
def test_an_array_gives_the_bits_of_its_numbers(name: str, p: list[float]) -> None:
    rise = shape(name).rise

    assert [float(rise(number)) for number in p] == rise(np.array(p)).tolist()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("cosin", "did you mean 'cosine'?"),
        ("sqr", "did you mean 'sqrt' or '1-sqrt'?"),
        ("zigzag", "there are 'linear', 'cosine', 'quadratic', 'sqrt', '1-sqrt'"),
    ],
)
def test_an_unknown_shape_names_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        shape(name)

    assert f"shape {name!r} is unknown; {hint}" == str(caught.value)


def test_every_shape_says_its_formula_and_reference() -> None:
    for name, entry in SHAPES.items():
        assert name == entry.name
        assert entry.formula
        assert entry.reference
