"""Updates as short lines: columns are declared once, then each update is one JSON array.

`{"kind":"updates","k":0,"columns":["used","loss"],"same":{"grad_norm":null}}` declares that each
array that follows is one more update, the first of them number 0: what `columns` names is in the
array, what `same` names is alike for all, and what neither names is equal to the rate used.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from rampup.errors import TraceError
from rampup.trace.record import NON_FINITE, Event, Update, encode, from_json, spelled, to_json

KIND: Final = "updates"

RATES: Final = ("planned", "reported")
"""Columns that are left out where they are equal to the rate used."""

COLUMNS: Final = ("used", *RATES, "loss", "grad_norm", "ratio", "rates")

FEW: Final = 8
"""Updates of one write from which on a number that does not change is declared, not repeated."""

_READ: Final = {name: attrgetter(name) for name in COLUMNS}

Declaration = tuple[tuple[str, ...], dict[str, Any]]


class Writer:
    """Turns groups of events into lines; it remembers what was declared."""

    def __init__(self) -> None:
        self._declared: tuple[tuple[str, ...], str] | None = None
        self._same: dict[str, Any] = {}
        self._next = 0

    def lines(self, events: Iterable[Event]) -> str:
        """Return the lines of `events`, each with its line end."""
        written: list[str] = []
        for updates, group in groupby(events, lambda event: type(event) is Update):
            if updates:
                for run in _runs(list(group)):  # type: ignore[arg-type]
                    self._write(run, written)
            else:
                written += map(to_json, group)
        return "\n".join(written) + "\n" if written else ""

    def _write(self, run: Sequence[Update], written: list[str]) -> None:
        values = {name: [*map(_READ[name], run)] for name in COLUMNS}
        names, same = _declared(values, self._same)
        declared = (names, repr(same))
        if declared != self._declared or run[0].k != self._next:
            plain = {"kind": KIND, "k": run[0].k, "columns": names, "same": same}
            written.append(_line(plain))
        self._declared, self._same, self._next = declared, same, run[-1].k + 1
        rows = [*zip(*(values[name] for name in names), strict=True)] if names else [()] * len(run)
        # one call for all, which is many times quicker than one for each
        written.append(_line(rows)[1:-1].replace("],[", "]\n["))


def _runs(updates: list[Update]) -> Iterator[list[Update]]:
    """Cut where the numbers do not follow each other, and around updates with several rates."""
    start = 0
    for at in range(1, len(updates) + 1):
        if (
            at == len(updates)
            or updates[at].k != updates[at - 1].k + 1
            or (updates[at].rates is None) != (updates[at - 1].rates is None)
        ):
            yield updates[start:at]
            start = at


def _declared(values: dict[str, list[Any]], before: dict[str, Any]) -> Declaration:
    used = values["used"]
    names: list[str] = []
    same: dict[str, Any] = {}
    for name, column in values.items():
        first = column[0]
        # 0.0 == -0.0, and NaN is not equal to itself
        if name in RATES and column == used and (0.0 not in used or repr(column) == repr(used)):
            continue
        many = len(column) >= FEW or before.get(name) == first
        if (first is None or (many and first)) and column.count(first) == len(column):
            same[name] = first
        else:
            names.append(name)
    return tuple(names), same


def _line(value: Any) -> str:
    try:
        return encode(value)
    except ValueError:
        return encode(spelled(value))


class Reader:
    """Turns lines into events; it remembers what was declared."""

    def __init__(self) -> None:
        self._columns: list[str] | None = None
        self._fixed: dict[str, Any] = {}
        self._left_out: list[str] = []
        self._next = 0

    def event(self, line: str) -> Event | None:
        """Return the event that a line holds; None for a declaration.

        Raises:
            TraceError: it holds none.
        """
        if line.startswith("["):
            return next(self.updates([line]))
        if line.startswith('{"kind":"updates"'):
            self._declare(line)
            return None
        return from_json(line)

    def updates(self, lines: Sequence[str]) -> Iterator[Update]:
        """Yield the updates of lines that begin with a bracket, all of one declaration.

        Raises:
            TraceError: a line holds none; no update was yielded then, and the message names the
                first line.
        """
        columns = self.columns(lines)
        for values in zip(*columns.values(), strict=True):
            yield Update(**dict(zip(columns, values, strict=True)))

    def columns(self, lines: Sequence[str]) -> dict[str, Sequence[Any]]:
        """Return the same as a column for each field of an update, which is quicker.

        Raises:
            TraceError: a line holds no update; the message names the first line.
        """
        text = ",\n".join(lines)
        try:
            rows = json.loads(f"[{text}]")  # all at once is many times quicker
            if self._columns is None:
                raise ValueError("no columns were declared")
            if len(rows) != len(lines) or any(len(row) != len(self._columns) for row in rows):
                raise ValueError(f"columns are {', '.join(self._columns)}")
        except (ValueError, TypeError) as error:
            raise _none(lines[0], error) from None
        if '"' in text:
            rows = _number(rows)
        found = dict(zip(self._columns, zip(*rows, strict=True), strict=True))
        alike = {name: (self._fixed.get(name),) * len(rows) for name in COLUMNS}
        alike |= {name: found.get("used", alike["used"]) for name in self._left_out}
        self._next += len(rows)
        return {"k": range(self._next - len(rows), self._next), **alike, **found}

    def _declare(self, line: str) -> None:
        try:
            plain = json.loads(line)
            names, same, k = plain["columns"], plain["same"], plain["k"]
            unknown = {*names, *same} - {*COLUMNS}
            if unknown or not isinstance(k, int) or len({*names, *same}) < len(names) + len(same):
                raise ValueError("no columns of an update")
            if "used" not in names and "used" not in same:
                raise ValueError("no rate used")
            self._fixed = {name: _number(value) for name, value in same.items()}
        except (ValueError, TypeError, KeyError) as error:
            raise _none(line, error) from None
        self._columns, self._next = names, k
        self._left_out = [name for name in RATES if name not in names and name not in same]


def _number(value: Any) -> Any:
    if isinstance(value, list):
        return [_number(inner) for inner in value]
    return NON_FINITE.get(value, value) if isinstance(value, str) else value


def _none(line: str, error: Exception) -> TraceError:
    reason = f"it has no {error}" if isinstance(error, KeyError) else str(error)
    return TraceError(f"no event of a trace: {line[:80]!r} ({reason})")


def rounded(value: float) -> float:
    """Return a measurement to nine significant digits, which tell any two 32-bit numbers apart.

    Example:
        >>> rounded(0.6931471824645996)
        0.693147182
    """
    return float(f"{value:.9g}")
