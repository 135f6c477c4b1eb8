"""What each update did: the first one whose rate, loss or gradient differs, and how many do."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

from rampup.trace.compare.difference import Difference, counted, of_value, same, shown
from rampup.trace.record import Event, Update

SERIES: Final = {
    "planned": "planned rate",
    "used": "rate used",
    "reported": "rate reported",
    "loss": "loss",
    "grad_norm": "gradient norm",
    "ratio": "update-to-weight ratio",
}

Pairs = list[tuple[int, Update, Update]]


def updates(a: Sequence[Event], b: Sequence[Event], tolerance: float) -> Iterator[Difference]:
    """Return where the updates that both made differ, and how many only one made.

    Args:
        a: one trace.
        b: the other.
        tolerance: largest difference of two losses that is told as small, as a share of the
            larger one.
    """
    left, right = _by_index(a), _by_index(b)
    pairs: Pairs = [(x.k, x, right[key]) for key, x in left.items() if key in right]
    if len(left) != len(right) or len(pairs) != len(left):
        yield _lengths(len(left), len(right), len(pairs))
    for name, words in SERIES.items():
        values = [(k, getattr(x, name), getattr(y, name)) for k, x, y in pairs]
        yield from _series(words, values, tolerance if name == "loss" else None)
    groups = max((len(u.rates or ()) for _, x, y in pairs for u in (x, y)), default=0)
    for group in range(groups):
        values = [(k, _of_group(x, group), _of_group(y, group)) for k, x, y in pairs]
        yield from _series(f"rate used by group {group}", values, None)


def _of_group(update: Update, group: int) -> float | None:
    """Return the rate that a group used; all used the first one's where none is named."""
    if update.rates is None:
        return update.used
    return update.rates[group] if group < len(update.rates) else None


def _by_index(events: Sequence[Event]) -> dict[Any, Update]:
    return counted((e for e in events if type(e) is Update), lambda update: update.k)


def _lengths(a: int, b: int, both: int) -> Difference:
    return Difference(
        part="updates",
        name="number of updates",
        a=a,
        b=b,
        sentence=f"number of updates: {a} in a, {b} in b; the {both} that both made are compared",
    )


def _series(
    words: str, values: list[tuple[int, Any, Any]], tolerance: float | None
) -> Iterator[Difference]:
    both = [(k, x, y) for k, x, y in values if x is not None and y is not None]
    measured = [sum(value[side] is not None for value in values) for side in (1, 2)]
    if measured[0] != measured[1] or len(both) != measured[0]:
        yield of_value("updates", f"updates with a {words}", *measured)
    unequal = [(k, x, y) for k, x, y in both if not same(x, y)]
    if not unequal:
        return
    k, x, y = unequal[0]
    left, right = shown(x, y)
    count = f"on {len(unequal)} of {len(both)} updates"
    sentence = f"{words} first differs at update {k}: {left} in a, {right} in b; {count}"
    if tolerance is not None:
        sentence += _beyond(unequal, tolerance)
    yield Difference(part="updates", name=words, a=x, b=y, at=k, sentence=sentence)


def _beyond(unequal: list[tuple[int, Any, Any]], tolerance: float) -> str:
    far = next((place for place in unequal if not close(*place[1:], tolerance)), None)
    if far is None:
        return f"; never by more than {tolerance:g} of the larger one"
    k, x, y = far
    if k == unequal[0][0]:
        return f"; by more than {tolerance:g} of the larger one from there"
    left, right = shown(x, y)
    return (
        f"; by more than {tolerance:g} of the larger one first at update {k}: {left} in a, "
        f"{right} in b"
    )


def close(x: float, y: float, tolerance: float) -> bool:
    """Return whether |x − y| ≤ tolerance × max(|x|, |y|); NaN is close to NaN only."""
    return same(x, y) or math.isclose(x, y, rel_tol=tolerance)
