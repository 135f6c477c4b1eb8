"""Preprocessing: split the rows, learn from the training rows only, turn cells into numbers."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from rampup.errors import DataError, RunFolderError, nearest
from rampup.pipeline.columns import Categorical, Column, Numeric, from_dict, is_text, to_dict


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Row ids of the two parts, each sorted.

    Args:
        train: rows that training sees.
        held_out: rows that it never sees.
    """

    train: npt.NDArray[np.int64]
    held_out: npt.NDArray[np.int64]


def split(labels: pl.Series, held_out: float, seed: int) -> Split:
    """Return a split that keeps the share of each class, with at least one row of it in training.

    Args:
        labels: one per row.
        held_out: share of each class that is held out, between 0 and 1.
        seed: decides which rows.
    """
    rng = np.random.default_rng(seed)
    codes = class_codes(labels)
    train: list[npt.NDArray[np.int64]] = []
    held: list[npt.NDArray[np.int64]] = []
    for code in np.unique(codes):
        rows = rng.permutation(np.flatnonzero(codes == code))
        count = min(max(round(held_out * rows.size), 1), rows.size - 1)
        held.append(rows[:count])
        train.append(rows[count:])
    return Split(train=np.sort(np.concatenate(train)), held_out=np.sort(np.concatenate(held)))


def class_codes(labels: pl.Series) -> npt.NDArray[np.int64]:
    """Return the class index of each label; classes are numbered in sorted order.

    Example:
        >>> class_codes(pl.Series(["no", "yes", "no"]))
        array([0, 1, 0])
    """
    classes = labels.unique().sort()
    numbers = pl.Series(range(len(classes)), dtype=pl.Int64)
    return labels.replace_strict(classes, numbers).to_numpy()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preprocess:
    """What was learnt from the training rows; it travels with the weights.

    Args:
        columns: one per feature column of the table, in order.
        classes: the labels as they were, sorted; logit j belongs to class j.
        target: the name of the label column.
    """

    columns: tuple[Column, ...]
    classes: tuple[Any, ...]
    target: str

    @classmethod
    def fit(cls, features: pl.DataFrame, labels: pl.Series, train: npt.NDArray[np.int64]) -> Self:
        """Return what the rows `train` say.

        Raises:
            DataError: a column is neither numbers nor text, or cannot be used.
        """
        columns: list[Column] = []
        for values in features.get_columns():
            kind = Categorical if is_text(values) else Numeric
            columns.append(kind.fit(values, train))
        classes = labels.unique().sort().to_list()
        plain = [c if isinstance(c, str | int | float | bool) else str(c) for c in classes]
        return cls(columns=tuple(columns), classes=tuple(plain), target=labels.name or "label")

    @property
    def outputs(self) -> list[str]:
        """Names of the columns that the model sees."""
        return [name for column in self.columns for name in column.outputs]

    def transform(self, frame: pl.DataFrame) -> npt.NDArray[np.float32]:
        """Return `(rows, outputs)` numbers for the model; columns are found by name.

        Raises:
            DataError: a column is missing, or a cell does not fit what training saw.
        """
        parts = []
        with np.errstate(over="ignore"):
            for column in self.columns:
                if column.name not in frame.columns:
                    raise DataError(
                        f"there is no column {column.name!r}, which training had; "
                        f"{nearest(column.name, frame.columns)}"
                    )
                parts.append(column.transform(frame[column.name]))
            x = np.concatenate(parts, axis=1).astype(np.float32)
        if not np.isfinite(x).all():
            row, place = np.argwhere(~np.isfinite(x))[0]
            raise DataError(
                f"column {self.outputs[place]!r} in row {row} (counted from 0) is too far from the "
                "training rows for a 32-bit number; correct the cell, or leave it empty"
            )
        return x

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        return {
            "target": self.target,
            "classes": list(self.classes),
            "columns": [to_dict(column) for column in self.columns],
        }

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Self:
        """Return what `to_dict` wrote.

        Raises:
            RunFolderError: `plain` is damaged.
        """
        try:
            return cls(
                columns=tuple(from_dict(column) for column in plain["columns"]),
                classes=tuple(plain["classes"]),
                target=plain["target"],
            )
        except (KeyError, TypeError) as error:
            raise RunFolderError(
                f"the saved preprocessing is damaged ({error!r}); train the run again"
            ) from None
