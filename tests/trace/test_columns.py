"""Updates as columns: what was measured, what groups used, and which updates two traces share."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from rampup.trace.columns import SERIES, Columns

Row = dict[str, object]


def row(k: int, used: float = 0.5, loss: float | None = None, rates: object = None) -> Row:
    return {**dict.fromkeys(SERIES), "k": k, "used": used, "loss": loss, "rates": rates}


def together(*rows: Row) -> dict[str, list[object]]:
    return {name: [one[name] for one in rows] for name in rows[0]}


def made(*rows: Row) -> Columns:
    columns = Columns()
    for one in rows:
        columns.add(together(one))
    return columns


def test_what_was_not_measured_is_not_what_is_no_number() -> None:
    loss = made(row(0, loss=math.nan), row(1), row(2, loss=-math.inf), row(3, loss=2.0)).of("loss")
    assert loss.measured.tolist() == [True, False, True, True]
    assert list(loss.lost) == [0, 2]
    assert np.array_equal(loss.numbers, [math.nan, math.nan, -math.inf, 2.0], equal_nan=True)


def test_a_group_used_the_first_ones_rate_until_another_is_named() -> None:
    columns = made(row(0, 0.1), row(1, 0.2, rates=[0.2, 0.02]), row(2, 0.3))
    assert columns.groups == 2
    assert columns.of_group(0).numbers.tolist() == [0.1, 0.2, 0.3]
    assert columns.of_group(1).numbers.tolist() == [0.1, 0.02, 0.3]
    assert columns.of("used").numbers.tolist() == [0.1, 0.2, 0.3]
    assert not columns.of_group(2).measured.any()


def test_a_group_that_comes_later_used_nothing_before() -> None:
    columns = made(row(0, rates=[0.5, 0.4]), row(1, rates=[0.5, 0.4, 0.3]), row(2, rates=[0.5]))
    assert columns.of_group(2).measured.tolist() == [False, True, False]
    assert columns.of_group(1).measured.tolist() == [True, True, False]


def test_without_rates_of_groups_each_used_the_first_ones() -> None:
    columns = made(row(0, 0.1))
    assert columns.groups == 0
    assert columns.of_group(3).numbers.tolist() == [0.1]


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (row(1, loss="abc"), TypeError),  # type: ignore[arg-type]
        (row(None), TypeError),  # type: ignore[arg-type]
        (row(1, rates=0.5), TypeError),
        (row(1, rates=[[]]), TypeError),
        (row(1, loss=10**400), OverflowError),
    ],
)
def test_what_is_no_number_adds_nothing(bad: Row, error: type[Exception]) -> None:
    columns = made(row(0))
    with pytest.raises(error):
        columns.add(together(row(5), bad))
    assert columns.k.tolist() == [0.0]
    assert {len(columns.of(name).values) for name in SERIES} == {1}
    assert columns.groups == 0


@given(*[st.lists(st.integers(-2, 5), max_size=12)] * 2)
def test_the_nth_time_of_an_index_belongs_to_the_nth_time(a: list[int], b: list[int]) -> None:
    """As a loop finds it: each update of one takes the first one of the other not yet taken."""
    wanted, free = [], list(enumerate(b))
    for place, k in enumerate(a):
        found = next((one for one in free if one[1] == k), None)
        if found is not None:
            free.remove(found)
            wanted.append((place, found[0]))
    left, right = made(*map(row, a)).shared(made(*map(row, b)))
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == wanted
