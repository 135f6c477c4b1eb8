"""Data of any kind as a stage shows it: its shape, a few of its rows, and its statistics.

Frames of polars and pandas are known by what they can do; neither is imported.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch

from rampup.trace.compact import rounded
from rampup.trace.record import Row

MOST_CELLS: Final = 16
"""Cells that are kept of a row."""
MOST_COLUMNS: Final = 64
"""Columns up to which each has statistics of its own."""
LONGEST: Final = 80
"""Characters that are kept of a cell."""

_PLAIN: Final = (str, int, float, bytes, date, time, timedelta, Decimal)
"""Kinds of cells that print all that is in them."""

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Data as columns.

    Args:
        shape: as text, with the kind of numbers.
        columns: name → values, one for each row.
        ids: of the rows.
        rows: how many there are.
        whole: whether the columns hold all of the data; of a list of tensors, say, they hold
            what it prints.
    """

    shape: str
    columns: dict[str, Array]
    ids: list[int]
    rows: int
    whole: bool = True

    def sample(self, ids: Sequence[int]) -> list[Row]:
        """Return the rows with these ids, as far as they are there."""
        place = {one: at for at, one in enumerate(self.ids)} if self.ids else {}
        shown = list(self.columns.items())[:MOST_CELLS]
        found: list[Row] = []
        for one in ids:
            at = place.get(one) if place else one if 0 <= one < self.rows else None
            if at is not None:
                found.append({"id": one, "cells": {name: _cell(v[at]) for name, v in shown}})
        return found

    def sha256(self) -> str | None:
        """Return a hash of names, kinds and all cells, alike on every machine.

        None where a cell is an object of which nobody knows what is in it.
        """
        if not self.whole:
            return None
        digest = hashlib.sha256(self.shape.encode())
        for name, values in self.columns.items():
            content = _content(values)
            if content is None:
                return None
            for part in (name.encode(errors="surrogatepass"), content):
                digest.update(len(part).to_bytes(8, "little"))  # so that no two can be one
                digest.update(part)
        return digest.hexdigest()

    def missing(self) -> dict[str, int]:
        """Return how many cells of each column hold nothing, where any do."""
        counts = {name: int(_empty(values).sum()) for name, values in self.columns.items()}
        return {name: count for name, count in counts.items() if count}

    def statistics(self) -> dict[str, Any]:
        """Return mean, standard deviation, least and most of the finite numbers in each column."""
        if len(self.columns) > MOST_COLUMNS:
            numbers = [v.ravel() for v in self.columns.values() if _is_number(v)]
            return {"all columns": _statistics(np.concatenate(numbers))} if numbers else {}
        return {
            name: _statistics(values) for name, values in self.columns.items() if _is_number(values)
        }


def table(data: Any, names: Sequence[str] | None = None) -> Table:
    """Return a frame, an array, a tensor, an image, a sparse matrix or a list as columns.

    Args:
        data: rows first.
        names: of the columns, where the data itself has none.

    Example:
        >>> table(np.ones((2, 3))).shape
        '2 × 3 float64'
    """
    if hasattr(data, "columns") and hasattr(data, "dtypes"):
        return _frame(data)
    if isinstance(data, torch.Tensor):
        kind = str(data.dtype).removeprefix("torch.")
        plain = data.detach().cpu()
        known = plain.float() if plain.dtype == torch.bfloat16 else plain
        return _array(known.numpy(), kind, names)
    if hasattr(data, "toarray"):
        return _array(data.toarray(), f"{data.dtype}, sparse", names)
    if isinstance(data, list | tuple):
        items = _of_items(data)
        return replace(_array(items, None, names), whole=items.dtype != object)
    array = np.asarray(data)
    return _array(array, None, names)


def _frame(data: Any) -> Table:
    names = [str(name) for name in data.columns]
    kinds = [str(kind) for kind in data.dtypes]
    columns: dict[str, Array] = {}
    for at, name in enumerate(names):
        # by position: pandas allows two columns of one name
        column = data.iloc[:, at] if hasattr(data, "iloc") else data.to_series(at)
        columns[name if name not in columns else f"{name} ({at})"] = column.to_numpy()
    labels = data.index.tolist() if hasattr(data, "iloc") else []
    whole = all(type(one) is int for one in labels) and len(set(labels)) == len(labels)
    return Table(
        shape=f"{len(data)} × {len(names)} ({', '.join(dict.fromkeys(kinds))})",
        columns=columns,
        ids=labels if whole else [],
        rows=len(data),
    )


def _array(array: Array, kind: str | None, names: Sequence[str] | None) -> Table:
    shape = " × ".join(map(str, array.shape)) or "one"
    flat = array.reshape(len(array), -1) if array.ndim and array.size else array.reshape(-1, 1)
    width = flat.shape[1]
    called = [f"x{at}" for at in range(width)] if array.ndim > 1 else ["value"]
    if names is not None and len(names) == width:
        called = [str(name) for name in names]
    return Table(
        shape=f"{shape} {kind or _kind(array)}",
        columns={name: flat[:, at] for at, name in enumerate(called)},
        ids=[],
        rows=len(flat),
    )


def _of_items(items: Sequence[Any]) -> Array:
    try:
        array = np.asarray(items)
    except ValueError:  # of different lengths
        array = np.empty(0, dtype=object)
    if array.dtype != object and len(array) == len(items):
        return array
    array = np.empty(len(items), dtype=object)
    array[:] = [str(item) for item in items]
    return array


def _kind(array: Array) -> str:
    return "text" if array.dtype.kind in "UO" else str(array.dtype)


def _is_number(values: Array) -> bool:
    return values.dtype.kind in "fiub"


def _empty(values: Array) -> npt.NDArray[np.bool_]:
    if values.dtype.kind in "fc":
        return np.isnan(values)
    if values.dtype.kind in "mM":
        return np.isnat(values)
    if values.dtype.kind == "O":
        # nothing but NaN and NaT differs from itself
        none = [one is None or str(one) == "<NA>" or bool(one != one) for one in values]
        return np.asarray(none, dtype=bool)
    return np.zeros(len(values), dtype=bool)


def _statistics(values: Array) -> dict[str, float]:
    finite = values[np.isfinite(values)].astype(np.float64)
    if not finite.size:
        return {}
    return {
        "mean": rounded(float(finite.mean())),
        "std": rounded(float(finite.std())),
        "least": float(finite.min()),
        "most": float(finite.max()),
    }


def _content(values: Array) -> bytes | None:
    """Return a column as bytes; None where a cell does not tell what is in it."""
    if values.dtype.kind not in "OU":
        little = values.astype(values.dtype.newbyteorder("<"), copy=False)
        return f"{little.dtype.str} ".encode() + little.tobytes()
    cells = values.tolist()
    if all(isinstance(cell, str) for cell in cells):
        lengths = np.array([len(cell) for cell in cells], dtype="<i8").tobytes()
        return b"text " + lengths + "".join(cells).encode(errors="surrogatepass")
    plain = [_known(cell) for cell in cells]
    if None in plain:
        return None
    return "\0".join(map(str, plain)).encode(errors="surrogatepass")


def _known(cell: Any) -> str | None:
    """Return all that is in a cell as text; None where nobody knows."""
    if isinstance(cell, np.ndarray):
        cell = cell.tolist()
    if isinstance(cell, list | tuple):
        inner = [_known(item) for item in cell]
        return None if None in inner else f"[{', '.join(map(str, inner))}]"
    plain = cell is None or str(cell) == "<NA>" or isinstance(cell, _PLAIN)
    return repr(cell) if plain else None


def _cell(value: Any) -> Any:
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, float) and not math.isfinite(plain):
        return None if math.isnan(plain) else str(plain)  # NaN is how arrays say "missing"
    if plain is None or isinstance(plain, bool | int | float):
        return plain
    text = str(plain)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
