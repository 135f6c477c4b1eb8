"""Arithmetic of a walk is Python's own, as far as it goes, and goes nowhere it would not end."""

import math
import operator

import pytest
from hypothesis import given, strategies as st

from rampup.checker.gather.script.arithmetic import PLAIN, combine, like
from rampup.checker.gather.script.values import Number, Raised, Rate, Unknown, plain

SMALL = st.integers(-50, 50) | st.floats(-50, 50, allow_nan=False)


@given(st.sampled_from(sorted(PLAIN)), SMALL, SMALL)
def test_small_numbers_are_computed_as_python_does(sign: str, left: float, right: float) -> None:
    wanted: object
    try:
        wanted = PLAIN[sign](left, right)
    except ArithmeticError:
        with pytest.raises(Raised):
            combine(sign, left, right)
        return
    except (TypeError, ValueError):  # such as 1.5 << 2, 1 << -2
        wanted = 0j
    found = combine(sign, left, right)
    if isinstance(wanted, complex):
        assert isinstance(found, Unknown)
    else:
        assert found == wanted
        assert plain(combine(sign, Number(left), right)) == wanted


@given(st.sampled_from(sorted(PLAIN)), st.integers(), st.integers())
def test_no_number_grows_beyond_bounds(sign: str, left: int, right: int) -> None:
    try:
        found = combine(sign, left**7, right**7)
    except Raised:
        found = 0.0
    assert isinstance(found, float | Unknown) or found.bit_length() <= 8192


@pytest.mark.parametrize(
    ("sign", "left", "right"),
    [
        ("**", 10, 10**10),
        ("<<", 1, 10**12),
        ("*", "a", 10**12),
        ("*", [0], 10**12),
        ("*", 10**12, (0,)),
        ("+", [0] * 9000, [0] * 9000),
        ("@", 1, 2),
        ("-", [1], [1]),
        ("+", Unknown("x"), "y"),
    ],
)
def test_what_is_too_large_or_no_number_is_unknown(sign: str, left: object, right: object) -> None:
    assert isinstance(combine(sign, left, right), Unknown)


def named(value: float, **powers: int) -> Number:
    return Number(value, tuple(sorted(powers.items())))


@pytest.mark.parametrize(
    ("sign", "left", "right", "dimension"),
    [
        ("*", named(3, epochs=1), named(5, batches=1), (("batches", 1), ("epochs", 1))),
        ("*", named(3, epochs=1), 2, (("epochs", 1),)),
        ("//", named(15, epochs=1, batches=1), named(3, epochs=1), (("batches", 1),)),
        ("/", named(15, epochs=1), named(3, epochs=1), ()),
        ("+", named(3, epochs=1), 1, (("epochs", 1),)),
        ("-", named(9, epochs=1), named(3, epochs=1), (("epochs", 1),)),
        ("+", named(9, epochs=1), named(3, batches=1), None),
        ("%", named(9, epochs=1), named(3, batches=1), None),
        ("*", Number(3, None), named(3, batches=1), None),
    ],
)
def test_a_number_remembers_what_it_is_a_product_of(
    sign: str, left: Number, right: object, dimension: object
) -> None:
    assert combine(sign, left, right).dimension == dimension


def test_what_is_made_of_a_guess_is_a_guess() -> None:
    guess = Number(5, (("len(loader)", 1),), sure=False)
    assert not combine("*", guess, 3).sure
    assert not like(math.ceil(2.5), guess).sure
    assert combine("*", Number(5), 3).sure


def test_a_rounded_rate_is_still_a_rate() -> None:
    rate = Rate(0.123, None, True, 7, 1, "get_last_lr", 4)
    assert like(0.12, rate) == Rate(0.12, None, True, 7, 1, "get_last_lr", 4)
    assert not isinstance(combine("*", rate, 2), Rate)


def test_python_computes_what_the_signs_say() -> None:
    assert PLAIN["//"] is operator.floordiv
    assert combine("//", 7, 2) == 3
    assert combine("+", "a", "b") == "ab"
    assert combine("|", {"a": 1}, {"b": 2}) == {"a": 1, "b": 2}
