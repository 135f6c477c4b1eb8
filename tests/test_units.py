"""Lengths and horizons: exact conversion, refusals with their text, text form."""

import itertools
import math
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, strategies as st
from tests.strategies import horizons, lengths

from rampup import Horizon, Length, decay, hold, warmup
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


RAMPS = st.lists(
    st.tuples(st.integers(1, 40), st.integers(1, 50)), min_size=1, max_size=4
).map(lambda pieces: tuple(
    (sum(length for length, _ in pieces[:i]), number) for i, (_, number) in enumerate(pieces)
))  # fmt: skip


def counted(per_update: tuple[tuple[int, int], ...], amount: int, order: Iterable[int]) -> int:
    """Return how many of the updates in `order` consume `amount`, rounding half up."""
    for updates, k in enumerate(order):
        number = [number for at, number in per_update if at <= k][-1]
        if amount <= number:
            return updates + math.floor(Fraction(amount, number) + Fraction(1, 2))
        amount -= number
    raise AssertionError("the order has no end")


@given(RAMPS, st.integers(0, 150), st.integers(1, 3000), st.sampled_from(["sp", "tok"]))
def test_a_batch_size_plan_is_counted_update_by_update(
    ramp: tuple[tuple[int, int], ...], at: int, amount: int, unit: str
) -> None:
    name = "samples_per_update" if unit == "sp" else "tokens_per_update"
    horizon = Horizon(updates=10_000, **{name: ramp})
    forward = counted(ramp, amount, itertools.count(at))
    # before the run, updates are counted as if they consumed what the first one does
    backward = counted(ramp, amount, (max(k, 0) for k in itertools.count(at - 1, -1)))

    for expected, way in ((forward, False), (backward, True)):
        if expected:
            assert expected == horizon.updates_in(Length(amount, unit), at, backward=way)
        else:
            with pytest.raises(UnitError, match="rounds to none"):
                horizon.updates_in(Length(amount, unit), at, backward=way)


@given(RAMPS)
def test_a_batch_size_plan_of_one_size_is_that_size(ramp: tuple[tuple[int, int], ...]) -> None:
    flat = tuple((at, 8) for at, _ in ramp)
    plans = [Horizon(updates=500, samples_per_update=size) for size in (8, flat, list(flat))]

    assert len({horizon.updates_in(Length(801, "sp"), 30) for horizon in plans}) == 1
    assert plans[1] == plans[2] == Horizon(**plans[1].to_dict())


@pytest.mark.parametrize(
    ("text", "stretch", "updates"),
    [("10up", 3, 30), ("10up", Fraction(1, 4), 3), ("5ep", 2, 250), ("3%", 2, 15), ("96sp", 2, 3)],
)
def test_a_stretch_multiplies_before_rounding(
    text: str, stretch: int | Fraction, updates: int
) -> None:
    assert updates == replace(RUN, stretch=Fraction(stretch)).updates_in(Length.of(text))


def test_phases_in_samples_lie_where_a_batch_ramp_puts_them() -> None:
    """64 of 10 samples, 10 of 40; back from the end 95 of 80, 5 of 10, and 9 of 40."""
    schedule = warmup("1040sp") >> hold() >> decay(over="8010sp")
    ramp = ((0, 10), (64, 40), (250, 10), (255, 80))
    plan = schedule.plan(updates=350, samples_per_update=ramp)
    lie = [(curve.first, curve.updates) for curve in plan.curves]

    assert lie == [(0, 74), (74, 167), (241, 109)]
