"""A column of texts: one 0/1 column per category of the training rows; surprises are refused."""

import numpy as np
import polars as pl
import pytest

from rampup.errors import DataError
from rampup.pipeline.columns import MOST_CATEGORIES, Categorical

ALL = np.arange(4)


@pytest.mark.parametrize(
    ("values", "outputs", "rows", "note"),
    [
        (
            ["b", "a", "b", "a"],
            ["x=a", "x=b"],
            [[0, 1], [1, 0], [0, 1], [1, 0]],
            "2 categories became 0/1 columns",
        ),
        (
            ["b", None, "b", "a"],
            ["x=a", "x=b", "x missing"],
            [[0, 1, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]],
            "2 categories became 0/1 columns; 1 missing value became a category of its own",
        ),
        (
            [None, None, None, None],
            ["x missing"],
            [[1], [1], [1], [1]],
            "no value in any training row",
        ),
    ],
)
def test_a_column_of_texts_becomes_zeros_and_ones(
    values: list[str | None], outputs: list[str], rows: list[list[int]], note: str
) -> None:
    series = pl.Series("x", values, dtype=pl.String)
    column = Categorical.fit(series, ALL)

    assert column.outputs == outputs
    assert column.transform(series).tolist() == rows
    assert column.note(4) == f"column 'x': {note}"


def test_a_category_only_in_held_out_rows_is_all_zeros_and_said() -> None:
    series = pl.Series("x", ["a", "b", "c", "d", None])
    column = Categorical.fit(series, np.array([0, 1]))

    assert (column.categories, column.untrained) == (("a", "b"), ("c", "d"))
    assert column.transform(series).tolist() == [[1, 0], [0, 1], [0, 0], [0, 0], [0, 0]]
    assert column.note(2) == (
        "column 'x': 2 categories became 0/1 columns; 'c', 'd' only in held-out rows: all zeros"
    )


def test_a_category_that_training_never_saw_is_refused() -> None:
    column = Categorical.fit(pl.Series("x", ["a", "b", "c", "a"]), np.array([0, 1]))
    with pytest.raises(DataError) as error:
        column.transform(pl.Series("x", ["a", "c", "z"]))

    assert str(error.value) == (
        "column 'x' holds 'z' in row 2 (counted from 0), which training never saw; "
        "known are 'a', 'b': use one of them, or leave the cell empty"
    )


def test_too_many_categories_are_refused() -> None:
    most = pl.Series("name", [f"n{i}" for i in range(MOST_CATEGORIES)])
    assert len(Categorical.fit(most, ALL).categories) == 4

    with pytest.raises(DataError) as error:
        Categorical.fit(pl.concat([most, pl.Series("name", ["one more"])]), ALL)

    assert str(error.value) == (
        "column 'name' holds 101 different texts in 101 rows, more than the 100 that are read as "
        "categories; leave it out with --drop 'name', or make it numbers"
    )
