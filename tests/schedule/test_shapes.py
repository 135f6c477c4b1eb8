"""Each shape against its formula in plain `math`, and what all shapes have in common."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, strategies as st

from rampup.errors import ScheduleError
from rampup.schedule.shapes import SHAPES, canonical, joining, rise

N = 12
"""Readings of the ramp, for the shapes that look at it."""


def sigmoid(p: float) -> float:
    low = 1 / (1 + math.exp(5))
    return (1 / (1 + math.exp(-10 * (p - 0.5))) - low) / (1 - 2 * low)


FORMULAS: dict[str, Callable[[float], float]] = {
    "constant": lambda p: 1.0 if p == 1.0 else 0.0,
    "linear": lambda p: p,
    "cosine": lambda p: math.sin(math.pi * p / 2) ** 2,
    "cosine(2)": lambda p: math.sin(math.pi * p / 2) ** 4,
    "cosine(0.3)": lambda p: math.sin(math.pi * p / 2) ** 0.6,
    "quadratic": lambda p: p**2,
    "polynomial": lambda p: p**2,
    "polynomial(3)": lambda p: p * p * p,
    "polynomial(0.5)": math.sqrt,
    "polynomial(1,3)": lambda p: 3 * p - 3 * p**2 + p**3,
    "polynomial(2,2)": lambda p: (2 * p - p**2) ** 2,
    "polynomial(0.7,1.5)": lambda p: (-math.expm1(1.5 * math.log1p(-p)) if p < 1 else 1.0) ** 0.7,
    "sqrt": lambda p: p**0.5,
    "1-sqrt": lambda p: 1 - (1 - p) ** 0.5,
    "exponential": lambda p: p,
    "saturating": lambda p: (1 - math.exp(-5 * p)) / (1 - math.exp(-5)),
    "saturating(0.5)": lambda p: (1 - math.exp(-0.5 * p)) / (1 - math.exp(-0.5)),
    "logarithmic": lambda p: math.log(1 + p * (N - 1)) / math.log(N),
    "tanh": lambda p: 0.5 * (1 - math.tanh(-7 * p + 3 * (1 - p))),
    "sigmoid": sigmoid,
    "rex": lambda p: 1 - (1 - p) / (1 + p),
    "k-decay": lambda p: 0.5 * (1 + math.cos(math.pi * (1 - p) ** 1.5)),
    "k-decay(1)": lambda p: math.sin(math.pi * p / 2) ** 2,
}
progress = st.floats(0, 1)


def test_every_shape_has_a_formula_here() -> None:
    assert {text.partition("(")[0] for text in FORMULAS} == SHAPES.keys()


@pytest.mark.parametrize("text", FORMULAS)
@given(p=progress)
def test_a_shape_is_its_formula(text: str, p: float) -> None:
    assert FORMULAS[text](p) == pytest.approx(float(rise(text)(p, N)), abs=1e-15, rel=1e-13)


@pytest.mark.parametrize("text", sorted(FORMULAS.keys() - {"tanh"}))
def test_a_shape_rises_from_0_to_1(text: str) -> None:
    curve = rise(text)(np.linspace(0.0, 1.0, 1001), N)

    assert [0.0, pytest.approx(1.0, abs=1e-15)] == [curve[0], curve[-1]]
    assert np.all(np.diff(curve) >= 0)
    assert np.all((curve >= 0) & (curve <= 1 + 1e-15))


def test_tanh_comes_close_to_both_ends() -> None:
    """Its ends are those of the hyperbolic tangent: 0.25 % and a millionth are missing."""
    curve = rise("tanh")

    assert [pytest.approx(0.00247, abs=1e-5), pytest.approx(1 - 8e-7, abs=1e-7)] == [
        curve(0.0, N),
        curve(1.0, N),
    ]


@pytest.mark.parametrize("text", FORMULAS)
@given(p=st.lists(progress, min_size=1, max_size=70))
def test_an_array_gives_the_bits_of_its_numbers(text: str, p: list[float]) -> None:
    curve = rise(text)

    assert [float(curve(number, N)) for number in p] == curve(np.array(p), N).tolist()


@given(p=progress, low=st.floats(1e-6, 1), ratio=st.floats(1, 1e6))
def test_exponential_joins_by_a_constant_ratio(p: float, low: float, ratio: float) -> None:
    high = low * ratio

    assert low * ratio**p == pytest.approx(float(joining("exponential")(low, high, p, N)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cosin", "shape 'cosin' is unknown; did you mean 'cosine'?"),
        ("sqr", "shape 'sqr' is unknown; did you mean 'sqrt' or '1-sqrt'?"),
        ("linear(2)", "shape 'linear(2)' is unknown; linear takes no numbers"),
        ("tanh(1,2,3)", "shape 'tanh(1,2,3)' is unknown; tanh takes up to 2 finite numbers"),
        ("k-decay(x)", "shape 'k-decay(x)' is unknown; k-decay takes 1 finite number"),
        ("k-decay()", "shape 'k-decay()' is unknown; k-decay takes 1 finite number"),
        ("k-decay(nan)", "shape 'k-decay(nan)' is unknown; k-decay takes 1 finite number"),
        ("polynomial(0)", "polynomial(0): power must be above 0"),
        ("polynomial(2,0)", "polynomial(0): k must be above 0"),
        ("cosine(-1)", "cosine(-1): power must be above 0"),
        ("k-decay(-1)", "k-decay(-1): k must be above 0"),
        ("saturating(0)", "saturating(0): a rate of 0 is the linear shape; write linear"),
        ("sigmoid(-2)", "sigmoid(-2): steepness must be above 0"),
        ("tanh(3,-7)", "tanh(3,-7) would fall; write the smaller number first"),
    ],
)
def test_what_is_no_shape_is_refused(text: str, said: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        canonical(text)

    assert said == str(caught.value)


def test_an_unknown_shape_far_from_any_gets_the_list() -> None:
    with pytest.raises(ScheduleError) as caught:
        canonical("zigzag")

    assert str(caught.value).startswith(
        "shape 'zigzag' is unknown; there are 'constant', 'linear', 'cosine', 'quadratic'"
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("polynomial(2)", "polynomial"),
        ("polynomial(3)", "polynomial(3.0)"),
        ("tanh(-7,3.0)", "tanh"),
        ("tanh(-6,3)", "tanh(-6.0)"),
        ("tanh(-7,4)", "tanh(-7.0,4.0)"),
        ("polynomial(2,3)", "polynomial(2.0,3.0)"),
        ("cosine(1)", "cosine"),
        ("linear", "linear"),
    ],
)
def test_a_shape_is_written_in_one_way(text: str, written: str) -> None:
    assert written == canonical(text) == canonical(written)


def test_every_shape_says_its_formula_and_reference() -> None:
    for name, entry in SHAPES.items():
        assert name == entry.name
        assert entry.formula
        assert entry.reference
