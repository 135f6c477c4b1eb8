"""What each update did: the first one whose rate, loss or gradient differs, and how many do."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rampup.trace.columns import SERIES, Column, Numbers, Places
from rampup.trace.compare.difference import Difference
from rampup.trace.compare.pair import Pair

Where = npt.NDArray[np.bool_]


def updates(pair: Pair, tolerance: float) -> Iterator[Difference]:
    """Return where the updates that both made differ, and how many only one made.

    Args:
        pair: the two traces.
        tolerance: largest difference of two losses that is told as small, as a share of the
            larger one.
    """
    left, right = pair.a.columns, pair.b.columns
    places = left.shared(right)
    if len(left) != len(right) or len(places[0]) != len(left):
        yield _lengths(pair, len(places[0]))
    for name, words in SERIES.items():
        columns = left.of(name), right.of(name)
        yield from _series(pair, words, columns, places, tolerance if name == "loss" else None)
    for group in range(1, max(left.groups, right.groups)):
        columns = left.of_group(group), right.of_group(group)
        yield from _series(pair, f"rate used by group {group}", columns, places, None)


def _lengths(pair: Pair, both: int) -> Difference:
    a, b = pair.a.updates, pair.b.updates
    return Difference(
        part="updates",
        name="number of updates",
        a=a,
        b=b,
        sentence=f"number of updates: {pair.both(a, b)}; the {both} that both made are compared",
    )


@dataclass(frozen=True, slots=True)
class _Unequal:
    """Where two series differ: the index of the update, and both values."""

    k: Numbers
    x: Numbers
    y: Numbers

    def first(self, pair: Pair, at: int = 0) -> str:
        return f"at update {self.k[at]:.0f}: {pair.both(float(self.x[at]), float(self.y[at]))}"


def _series(
    pair: Pair,
    words: str,
    columns: tuple[Column, Column],
    places: tuple[Places, Places],
    tolerance: float | None,
) -> Iterator[Difference]:
    x, y = (column.numbers[at] for column, at in zip(columns, places, strict=True))
    in_a, in_b = (column.measured[at] for column, at in zip(columns, places, strict=True))
    if not np.array_equal(in_a, in_b):
        name = f"updates with a {words}"
        yield pair.of_value("updates", name, int(in_a.sum()), int(in_b.sum()))
    both = in_a & in_b
    differs = both & ~_same(x, y)
    if not differs.any():
        return
    unequal = _Unequal(pair.a.k[places[0]][differs], x[differs], y[differs])
    count = f"on {len(unequal.k)} of {both.sum()} updates"
    sentence = f"{words} first differs {unequal.first(pair)}; {count}"
    if tolerance is not None:
        sentence += _beyond(pair, unequal, tolerance)
    yield Difference(
        part="updates",
        name=words,
        a=float(unequal.x[0]),
        b=float(unequal.y[0]),
        at=int(unequal.k[0]),
        sentence=sentence,
    )


def _beyond(pair: Pair, unequal: _Unequal, tolerance: float) -> str:
    far = np.flatnonzero(~_close(unequal.x, unequal.y, tolerance))
    if len(far) == 0:
        return f"; never by more than {tolerance:g} of the larger one"
    if far[0] == 0:
        return f"; by more than {tolerance:g} of the larger one from there"
    return f"; by more than {tolerance:g} of the larger one first {unequal.first(pair, far[0])}"


def _same(x: Numbers, y: Numbers) -> Where:
    """Return where two series are the same to the last bit; NaN is itself, 0.0 is not −0.0."""
    equal: Where = x.view(np.int64) == y.view(np.int64)
    return equal | (np.isnan(x) & np.isnan(y))


def _close(x: Numbers, y: Numbers, tolerance: float) -> Where:
    """Return where |x − y| ≤ tolerance × max(|x|, |y|); what is infinite is close to itself."""
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(x - y) <= tolerance * np.maximum(np.abs(x), np.abs(y))
    close: Where = (x == y) | (near & np.isfinite(x) & np.isfinite(y))
    return close
