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


BEYOND = "beyond which updates cannot be counted exactly"
BARE = "or a whole number of updates"
FORMS = "write a number and a unit, such as '500up', '5ep', '3%', '64000sp' or '2e9tok'"


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (True, "a length needs a number of updates, not True"),
        (None, "a length needs a number of updates, not None"),
        ([5], "a length needs a number of updates, not [5]"),
        (-1, "a length of -1 updates cannot be meant; use a number ≥ 0"),
        (-0.5, "a length of -0.5 updates cannot be meant; use a number ≥ 0"),
        (float("nan"), "a length of nan updates cannot be meant; use a number ≥ 0"),
        ("1e999ep", "a length of inf epochs cannot be meant; use a number ≥ 0"),
        (0.05, f"the bare number 0.05 is no length; write '0.05ep', '5%' {BARE}"),
        (5.0, f"the bare number 5.0 is no length; write '5ep' {BARE}"),
        ("five", f"'five' is no length; {FORMS}"),
        ("-5ep", f"'-5ep' is no length; {FORMS}"),
        ("", f"'' is no length; {FORMS}"),
        ("5 ep", f"'5 ep' is no length; {FORMS}"),
        ("5epochs", "unit 'epochs' is unknown; use one of 'up', 'ep', '%', 'sp', 'tok'"),
        ("2.5up", "a length in updates must be whole, not 2.5"),
        ("0.5sp", "a length in samples must be whole, not 0.5"),
        ("1.5tok", "a length in tokens must be whole, not 1.5"),
        ("101%", "a length of 101% is longer than the run; use at most 100%"),
        (
            2**53 + 1,
            f"a length of {2**53 + 1} updates is more than 2^53, {BEYOND}",
        ),
    ],
)  # fmt: skip
def test_what_is_no_length_is_refused(length: object, text: str) -> None:
    with pytest.raises(UnitError) as caught:
        Length.of(length)

    assert text == str(caught.value)


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ({"updates": 0}, "updates must be a whole number ≥ 1, not 0"),
        ({"updates": None}, "updates must be a whole number ≥ 1, not None"),
        ({"updates": 1.0}, "updates must be a whole number ≥ 1, not 1.0"),
        ({"updates": True}, "updates must be a whole number ≥ 1, not True"),
        (
            {"updates": 1, "updates_per_epoch": -3},
            "updates_per_epoch must be a whole number ≥ 1, not -3",
        ),
        (
            {"updates": 2**53 + 1},
            "updates = 9007199254740993 is more than 2^53, too many to count exactly",
        ),
    ],
)
def test_what_is_no_run_is_refused(numbers: dict[str, object], text: str) -> None:
    with pytest.raises(UnitError) as caught:
        Horizon(**numbers)

    assert text == str(caught.value)


@pytest.mark.parametrize(
    ("length", "needs"),
    [
        ("5ep", "updates_per_epoch"),
        ("64sp", "samples_per_update"),
        ("64tok", "tokens_per_update"),
    ],
)
def test_a_missing_number_is_named(length: str, needs: str) -> None:
    with pytest.raises(UnitError) as caught:
        Horizon(updates=10).updates_in(Length.of(length))

    expected = f"{length} cannot be converted to updates without {needs}; pass {needs}=…"
    assert expected == str(caught.value)


def test_a_length_that_rounds_to_none_is_refused() -> None:
    expected = (
        "0.1% is 0.25 of an update on a run of 250 updates and rounds to none; "
        "make it longer, or write 0"
    )

    with pytest.raises(UnitError) as caught:
        RUN.updates_in(Length.of("0.1%"))

    assert expected == str(caught.value)


def test_lengths_of_two_units_are_not_added() -> None:
    expected = (
        "5ep and 500up cannot be added: epochs are not updates; convert both with a Horizon first"
    )

    with pytest.raises(UnitError) as caught:
        Length.of("5ep") + Length.of("500up")

    assert expected == str(caught.value)
