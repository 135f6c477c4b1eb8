"""Fewer points keep every extreme of every column, and make none up."""

import numpy as np
import numpy.typing as npt
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from rampup.report.page.thin import thin

Numbers = npt.NDArray[np.float64]
VALUES = arrays(np.float64, st.integers(0, 300), elements=st.floats(-100, 100) | st.just(np.nan))


def slowly(x: Numbers, y: Numbers, columns: int) -> set[tuple[int, float]]:
    """Return lowest and highest value of each column, one point after the other."""
    points = [(a, b) for a, b in zip(x, y, strict=True) if np.isfinite(b)]
    left, right = points[0][0], points[-1][0]
    found: dict[int, list[float]] = {}
    for a, b in points:
        column = min(int((a - left) * (columns / max(right - left, 1.0))), columns - 1)
        found.setdefault(column, []).append(b)
    return {(c, v) for c, values in found.items() for v in (min(values), max(values))}


@given(VALUES, st.integers(1, 40))
def test_each_column_keeps_its_lowest_and_its_highest(y: Numbers, columns: int) -> None:
    x = np.arange(len(y), dtype=np.float64)
    finite = np.isfinite(y)
    kept = thin(x, y, columns)
    assert set(kept) <= set(np.flatnonzero(finite))
    assert list(kept) == sorted(set(kept))
    if finite.sum() <= 2 * columns:
        assert len(kept) == finite.sum()
        return
    assert len(kept) <= 2 * columns + 2
    assert slowly(x, y, columns) <= slowly(x[kept], y[kept], columns)
    assert {np.flatnonzero(finite)[0], np.flatnonzero(finite)[-1]} <= set(kept)


def test_an_update_that_was_done_twice_is_put_in_order() -> None:
    x = np.array([0.0, 1, 2, 3, 4, 2, 3, 4, 5, 6])
    y = np.array([0.0, 1, 2, 3, 9, 2, 3, -4, 5, 6])
    assert list(x[thin(x, y, 100)]) == sorted(x)
    kept = thin(x, y, 2)
    assert list(x[kept]) == sorted(x[kept])
    assert {9.0, -4.0} <= set(y[kept])


def test_one_spike_among_a_million_is_kept() -> None:
    x = np.arange(1e6)
    y = np.where(x == 345_678, 30.0, 1.0)
    kept = thin(x, y)
    assert 345_678 in kept
    assert len(kept) <= 2 * 720 + 2
