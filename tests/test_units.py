"""Lengths and horizons: exact conversion, refusals with their text, text form."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import horizons, lengths

from rampup import Horizon, Length
from rampup.errors import UnitError

RUN = Horizon(updates=250, updates_per_epoch=25, samples_per_update=64, tokens_per_update=4096)


@pytest.mark.parametrize(
    ("text", "updates"),
    [
        ("500", 500),
        ("500up", 500),
        ("0", 0),
        ("0ep", 0),
        ("5ep", 125),
        ("0.5ep", 13),
        ("0.02ep", 1),
        ("3%", 8),
        ("0.2%", 1),
        ("100%", 250),
        ("64000sp", 1000),
        ("96sp", 2),
        ("95sp", 1),
        ("32sp", 1),
        ("2e9tok", 488281),
        ("6144tok", 2),
        ("6143tok", 1),
    ],
)
def test_a_length_is_converted_rounding_half_up(text: str, updates: int) -> None:
    assert updates == RUN.updates_in(Length.of(text))


@pytest.mark.parametrize(
    ("text", "updates_per_epoch", "updates"), [("0.29ep", 50, 15), ("1.005ep", 100, 101)]
)
def test_the_decimal_that_was_written_counts(
    text: str, updates_per_epoch: int, updates: int
) -> None:
    """14.5 and 100.5 round up, although 0.29 × 50 and 1.005 × 100 are less in binary."""
    horizon = Horizon(updates=1000, updates_per_epoch=updates_per_epoch)

    assert updates == horizon.updates_in(Length.of(text))
    assert float(text[:-2]) * updates_per_epoch < updates - 0.5


@given(
    horizon=horizons(), millionths=st.integers(0, 100 * 10**6), unit=st.sampled_from(["ep", "%"])
)
def test_fractions_convert_as_exact_arithmetic_does(
    horizon: Horizon, millionths: int, unit: str
) -> None:
    exact = Fraction(millionths, 10**6) * (
        horizon.updates_per_epoch if unit == "ep" else Fraction(horizon.updates, 100)
    )
    expected = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    length = Length.of(f"{millionths // 10**6}.{millionths % 10**6:06}{unit}")

    if expected == 0 and millionths:
        with pytest.raises(UnitError, match="rounds to none"):
            horizon.updates_in(length)
    else:
        assert expected == horizon.updates_in(length)


@given(horizon=horizons(), updates=st.integers(0, 2**20))
def test_whole_counts_convert_back_and_forth(horizon: Horizon, updates: int) -> None:
    samples = Length(updates * horizon.samples_per_update, "sp")
    tokens = Length(updates * horizon.tokens_per_update, "tok")

    assert updates == horizon.updates_in(Length(updates))
    assert updates == horizon.updates_in(samples)
    assert updates == horizon.updates_in(tokens)


@given(lengths(least=0))
def test_of_reads_what_str_writes(length: Length) -> None:
    assert length == Length.of(str(length))
    assert length == Length.of(length)


@given(lengths(), lengths())
def test_lengths_of_one_unit_add(a: Length, b: Length) -> None:
    total = a.value + b.value
    if a.unit == b.unit and total <= (100 if a.unit == "%" else 2**53):
        assert Length(total, a.unit) == a + b
    else:
        with pytest.raises(UnitError):
            a + b


def test_a_numpy_number_becomes_a_plain_one() -> None:
    """Otherwise its repr, and with it the text form, would read 'np.float64(0.5)'."""
    length = Length(np.float64(0.5), "ep")

    assert str(length) == "0.5ep"
    assert RUN.updates_in(length) == 13
    assert [float, int] == [type(length.value), type(Length(np.float64(2.0), "ep").value)]


def test_numpy_integers_are_numbers() -> None:
    """They come from shapes and sizes; what is kept is plain, so that it can be saved."""
    horizon = Horizon(updates=np.int64(250), updates_per_epoch=np.int32(25))

    assert horizon == Horizon(updates=250, updates_per_epoch=25)
    assert (type(horizon.updates), type(horizon.updates_per_epoch)) == (int, int)
    assert Length.of(np.int64(5)) == Length(5)
