"""The updates of a trace as columns of numbers, 8 bytes each: a long run makes a million."""

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

SERIES: Final = {
    "planned": "planned rate",
    "used": "rate used",
    "reported": "rate reported",
    "loss": "loss",
    "grad_norm": "gradient norm",
    "ratio": "update-to-weight ratio",
}
"""What is measured at each update, and what sentences call it."""

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


@dataclass(slots=True, kw_only=True)
class Column:
    """A number for each update, or none.

    Attributes:
        values: NaN where nothing was measured.
        lost: places of what was measured and is not finite.
    """

    values: "array[float]" = field(default_factory=lambda: array("d"))
    lost: "array[int]" = field(default_factory=lambda: array("q"))

    @property
    def numbers(self) -> Numbers:
        """The values; NaN where nothing was measured, or where that is what was."""
        return np.frombuffer(self.values, dtype=np.float64)

    @property
    def measured(self) -> npt.NDArray[np.bool_]:
        """Where something was measured."""
        there = ~np.isnan(self.numbers)
        there[np.frombuffer(self.lost, dtype=np.int64)] = True
        return there

    @property
    def highest(self) -> float:
        """The highest finite value; NaN where there is none."""
        most = float(np.max(self.numbers, initial=-math.inf, where=np.isfinite(self.numbers)))
        return most if math.isfinite(most) else math.nan

    def extend(self, given: Sequence[float | None], numbers: "array[float]") -> None:
        """Add what was given, and the same as numbers."""
        start = len(self.values)
        if given.count(None) < len(given):
            for place in np.flatnonzero(~np.isfinite(np.frombuffer(numbers))).tolist():
                if given[place] is not None:
                    self.lost.append(start + place)
        self.values.extend(numbers)


class Columns:
    """The updates of a trace.

    Example:
        >>> columns = Columns()
        >>> nothing = {name: [None, None] for name in ("planned", "reported", "grad_norm", "ratio")}
        >>> columns.add({**nothing, "k": [0, 1], "used": [0.1, 0.2], "loss": [2.5, None],
        ...              "rates": [None, None]})
        >>> columns.of("used").numbers, columns.of("loss").measured
        (array([0.1, 0.2]), array([ True, False]))
    """

    def __init__(self) -> None:
        self._k = array("d")
        self._series = {name: Column() for name in SERIES}
        self._groups: list[Column] = []

    def __len__(self) -> int:
        return len(self._k)

    @property
    def k(self) -> Numbers:
        """The index of each update."""
        return np.frombuffer(self._k, dtype=np.float64)

    @property
    def groups(self) -> int:
        """How many parameter groups used a rate of their own; 0 where all used the first one's."""
        return len(self._groups)

    def of(self, name: str) -> Column:
        """Return one of `SERIES`."""
        return self._series[name]

    def of_group(self, group: int) -> Column:
        """Return the rate that a parameter group used; the first one's where none is named."""
        if not self._groups:
            return self._series["used"]
        return self._groups[group] if group < len(self._groups) else _nothing(len(self))

    def add(self, updates: Mapping[str, Sequence[Any]]) -> None:
        """Add updates, as a column for `k`, each of `SERIES`, and `rates`.

        Raises:
            TypeError: a value is no number; nothing was added then.
            OverflowError: a whole number is too large for 8 bytes; nothing was added then.
        """
        index = array("d", updates["k"])
        fresh = {name: _numbers(updates[name]) for name in SERIES}
        rates = updates["rates"]
        if self._groups or rates.count(None) < len(rates):
            self._add_rates(rates, fresh["used"])
        self._k.extend(index)
        for name, numbers in fresh.items():
            self._series[name].extend(updates[name], numbers)

    def _add_rates(self, rates: Sequence[Sequence[float] | None], used: "array[float]") -> None:
        count = max(len(self._groups), *(len(one or ()) for one in rates))
        given: list[tuple[float | None, ...]] = [
            tuple(first if one is None else one[g] if g < len(one) else None
                  for one, first in zip(rates, used, strict=True))
            for g in range(count)
        ]  # fmt: skip
        fresh = [_numbers(values) for values in given]
        # before a group was told of it is not known; before any was, all used the first one's rate
        self._groups += [
            _nothing(len(self)) if self._groups else _copy(self._series["used"])
            for _ in range(count - len(self._groups))
        ]
        for column, values, numbers in zip(self._groups, given, fresh, strict=True):
            column.extend(values, numbers)

    def shared(self, other: "Columns") -> tuple[Places, Places]:
        """Return the places of the updates that both made, in the order of these.

        The n-th time that one trace has an index belongs to the n-th time that the other has it.
        """
        _, left, right = np.intersect1d(
            _keys(self.k), _keys(other.k), assume_unique=True, return_indices=True
        )
        order = np.argsort(left)
        return left[order], right[order]


def _numbers(values: Sequence[float | None]) -> "array[float]":
    if values.count(None) == len(values):
        return array("d", [math.nan]) * len(values)
    return array("d", [math.nan if value is None else value for value in values])


def _nothing(size: int) -> Column:
    return Column(values=array("d", [math.nan]) * size)


def _copy(column: Column) -> Column:
    return Column(values=column.values[:], lost=column.lost[:])


def _keys(k: Numbers) -> npt.NDArray[np.complex128]:
    """Return each index and, as the imaginary part, how often it came before."""
    order = np.argsort(k, kind="stable")
    starts = np.flatnonzero(np.diff(k[order], prepend=np.nan))
    nth = np.empty(len(k))
    nth[order] = np.arange(len(k)) - np.repeat(starts, np.diff(starts, append=len(k)))
    return k + 1j * nth
