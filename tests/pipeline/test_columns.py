"""One column: what its training rows teach, what its cells become, and what is refused."""

import datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, strategies as st

from rampup.errors import DataError
from rampup.pipeline.columns import (
    Categorical,
    Numeric,
    from_dict,
    is_text,
    to_dict,
)

ALL = np.arange(4)
cells = st.none() | st.floats(-1e6, 1e6)


@given(st.lists(cells, min_size=2, max_size=30))
def test_numbers_are_standardised_as_numpy_does(values: list[float | None]) -> None:
    """(x − mean) / std, with the median for missing; mean and std after it was filled in."""
    numbers = np.array([np.nan if v is None else v for v in values])
    assume(np.isfinite(numbers).sum() >= 2)
    filled = np.where(np.isnan(numbers), np.nanmedian(numbers), numbers)
    assume(filled.std() > 1e-3)

    series = pl.Series("x", values, dtype=pl.Float64)
    column = Numeric.fit(series, np.arange(len(values)))

    assert column.median == np.nanmedian(numbers)
    assert column.missing == np.isnan(numbers).sum()
    expected = (filled - filled.mean()) / filled.std()
    assert column.transform(series)[:, 0] == pytest.approx(expected, abs=1e-9)
    assert column.transform(series).mean() == pytest.approx(0.0, abs=1e-6)
    assert column.transform(series).std() == pytest.approx(1.0, abs=1e-6)


def test_only_the_training_rows_teach() -> None:
    train = np.array([0, 1, 2])
    one = Numeric.fit(pl.Series("x", [1.0, 2.0, 3.0, 1e9, None]), train)
    other = Numeric.fit(pl.Series("x", [1.0, 2.0, 3.0, -5.0, 0.0]), train)

    assert one == other
    assert (one.median, one.mean, one.missing) == (2.0, 2.0, 0)
    assert one.std == pytest.approx((2 / 3) ** 0.5)


@pytest.mark.parametrize(
    ("values", "outputs", "note"),
    [
        ([1.0, 2.0, 3.0, 4.0], [-1.3416, -0.4472, 0.4472, 1.3416], None),
        (
            [1.0, None, 3.0, 8.0],
            [-1.0634, -0.2900, -0.2900, 1.6434],
            "column 'x': 1 missing value became the median 3",
        ),
        (
            [0.1, 0.1, 0.1, 0.1],
            [0, 0, 0, 0],
            "column 'x': is constant (0.1) in the training rows: kept, always 0",
        ),
        (
            [None, 5.0, None, None],
            [0, 0, 0, 0],
            (
                "column 'x': 3 missing values became the median 5; is constant (5) in the "
                "training rows: kept, always 0"
            ),
        ),
        (
            [None, None, None, None],
            [0, 0, 0, 0],
            "column 'x' has no value in any training row: kept, always 0",
        ),
        ([True, False, False, True], [1, -1, -1, 1], None),
    ],
)
def test_a_column_of_numbers_says_what_was_done(
    values: list[Any], outputs: list[float], note: str | None
) -> None:
    series = pl.Series("x", values)
    column = Numeric.fit(series, ALL)

    assert column.outputs == ["x"]
    assert column.transform(series)[:, 0] == pytest.approx(outputs, abs=1e-3)
    assert column.note(4) == note


def test_a_constant_column_is_0_for_every_equal_value() -> None:
    """Rounding in the mean of many 0.1 must not be blown up by a tiny std."""
    series = pl.Series("x", [0.1] * 1000)
    column = Numeric.fit(series, np.arange(1000))

    assert (column.mean, column.std) == (0.1, 0.0)
    assert not column.transform(series).any()


@pytest.mark.parametrize(
    "spelled", [["true", "false"], ["True", "FALSE"], [" 1 ", "0"], ["1.0", "0e5"]]
)
def test_text_that_spells_what_training_read_is_read(spelled: list[str]) -> None:
    """A CSV file at prediction is all text; training read true and false as 1 and 0."""
    column = Numeric.fit(pl.Series("x", [True, False, True, False]), ALL)

    assert column.transform(pl.Series("x", spelled)).tolist() == [[1.0], [-1.0]]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            pl.Series("x", ["1", None, "two"]),
            (
                "column 'x' holds the text 'two' in row 2 (counted from 0), but was "
                "numbers in training; write a number, or leave the cell empty"
            ),
        ),
        (
            pl.Series("x", [1.0, float("inf"), float("-inf")]),
            (
                "column 'x' is infinite in 2 of 3 rows (first: row 1, counted from 0); "
                "replace infinity with a number or nothing"
            ),
        ),
        (
            pl.Series("x", ["1", "2", "-inf"]),
            (
                "column 'x' is infinite in 1 of 3 rows (first: row 2, counted from 0); "
                "replace infinity with a number or nothing"
            ),
        ),
        (
            pl.Series("x", [datetime.date(2020, 1, 1)]),
            "column 'x' holds Date, but was numbers in training; convert it to numbers",
        ),
        (
            pl.Series("x", [[1.0]]),
            ("column 'x' holds List(Float64), but was numbers in training; convert it to numbers"),
        ),
    ],
)
def test_cells_that_are_no_numbers_are_refused(values: pl.Series, said: str) -> None:
    column = Numeric.fit(pl.Series("x", [1.0, 2.0, 3.0, 4.0]), ALL)
    with pytest.raises(DataError) as error:
        column.transform(values)

    assert str(error.value) == said


def test_an_infinite_cell_is_refused_in_held_out_rows_too() -> None:
    with pytest.raises(DataError, match=r"^column 'x' is infinite in 1 of 3 rows \(first: row 2"):
        Numeric.fit(pl.Series("x", [1.0, 2.0, float("inf")]), np.array([0, 1]))


@pytest.mark.parametrize("values", [[1e308, 1.5e308, -1e308, 1e308], [1.5e308] * 4])
def test_numbers_too_large_to_average_are_refused(values: list[float]) -> None:
    with pytest.raises(DataError) as error:
        Numeric.fit(pl.Series("x", values), ALL)

    assert str(error.value) == (
        "column 'x' holds numbers too large to average (up to 1.5e+308); rescale it"
    )


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([1, 2], False),
        ([1.5, 2.0], False),
        ([True, False], False),
        ([None, None], False),
        (["a", "b"], True),
    ],
)
def test_texts_are_told_from_numbers(values: list[Any], text: bool) -> None:
    assert is_text(pl.Series("x", values)) is text


def test_a_date_is_neither() -> None:
    with pytest.raises(DataError) as error:
        is_text(pl.Series("day", [datetime.date(2020, 1, 1)]))

    assert str(error.value) == (
        "column 'day' holds Date; rampup reads numbers and text: "
        "convert it, or leave it out with --drop 'day'"
    )


names = st.text(max_size=5)
numerics = st.builds(
    Numeric,
    name=names,
    median=st.floats(allow_nan=False),
    mean=st.floats(allow_nan=False),
    std=st.floats(0),
    missing=st.integers(0),
)
texts = st.lists(names, max_size=4).map(tuple)
categoricals = st.builds(
    Categorical, name=names, categories=texts, untrained=texts, missing=st.integers(0)
)


@given(numerics | categoricals)
def test_plain_data_holds_all_of_it(column: Numeric | Categorical) -> None:
    assert from_dict(to_dict(column)) == column
