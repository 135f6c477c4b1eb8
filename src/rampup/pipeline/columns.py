"""One column of a table: what was learnt from its training rows, and how it becomes numbers."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from rampup.errors import DataError, one_of

MOST_CATEGORIES: Final = 100
"""More different texts than this in one column are names, not categories."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeric:
    """A column of numbers: missing values become the median, then (x − mean) / std.

    Args:
        name: of the column.
        median: of the training rows, NaN where all are missing.
        mean: after the median was filled in.
        std: after the median was filled in, 0 where the column is constant.
        missing: how many training rows have no value.
    """

    kind: ClassVar = "numeric"
    name: str
    median: float
    mean: float
    std: float
    missing: int

    @classmethod
    def fit(cls, values: pl.Series, train: npt.NDArray[np.int64]) -> Self:
        """Return what the rows `train` of the column say; the others must be numbers too.

        Raises:
            DataError: a value is infinite, or too large to average.
        """
        numbers = _numbers(values)[train]
        missing = int(np.isnan(numbers).sum())
        if missing == numbers.size:
            return cls(name=values.name, median=0.0, mean=0.0, std=0.0, missing=missing)
        with np.errstate(over="ignore", invalid="ignore"):
            median = float(np.nanmedian(numbers))
            filled = np.where(np.isnan(numbers), median, numbers)
            # deviations from the mean stay exact where a constant column's mean is not
            constant = bool((filled == filled[0]).all())
            mean = float(filled[0] if constant else filled.mean())
            std = 0.0 if constant else float(filled.std())
        if not all(map(math.isfinite, (median, mean, std))):
            raise DataError(
                f"column {values.name!r} holds numbers too large to average "
                f"(up to {np.nanmax(np.abs(numbers)):.3g}); rescale it"
            )
        return cls(name=values.name, median=median, mean=mean, std=std, missing=missing)

    @property
    def outputs(self) -> list[str]:
        """Names of the columns that it becomes."""
        return [self.name]

    def transform(self, values: pl.Series) -> npt.NDArray[np.float64]:
        """Return `(rows, 1)` standardised numbers."""
        numbers = _numbers(values)
        filled = np.where(np.isnan(numbers), self.median, numbers)
        return ((filled - self.mean) / (self.std or 1.0))[:, None]

    def note(self, rows: int) -> str | None:
        """Return what a reader of the data flow must know about it, of `rows` training rows."""
        if self.missing == rows:
            return f"column {self.name!r} has no value in any training row: kept, always 0"
        said = []
        if self.missing:
            said.append(f"{_missing(self.missing)} became the median {self.median:g}")
        if self.std == 0.0:
            said.append(f"is constant ({self.median:g}) in the training rows: kept, always 0")
        return f"column {self.name!r}: {'; '.join(said)}" if said else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Categorical:
    """A column of texts: one 0/1 column per category of the training rows.

    Args:
        name: of the column.
        categories: those of the training rows, sorted.
        untrained: those that only held-out rows have; they become all zeros.
        missing: how many training rows have no value; if any, that is a category of its own.
    """

    kind: ClassVar = "categorical"
    name: str
    categories: tuple[str, ...]
    untrained: tuple[str, ...]
    missing: int

    @classmethod
    def fit(cls, values: pl.Series, train: npt.NDArray[np.int64]) -> Self:
        """Return what the rows `train` of the column say.

        Raises:
            DataError: there are too many different texts to be categories.
        """
        texts = values.cast(pl.String)
        rows = texts.gather(train)
        trained = sorted(rows.drop_nulls().unique().to_list())
        known = set(texts.drop_nulls().unique().to_list())
        if len(known) > MOST_CATEGORIES:
            raise DataError(
                f"column {values.name!r} holds {len(known)} different texts in "
                f"{len(values)} rows, more than the {MOST_CATEGORIES} that are read as "
                f"categories; leave it out with --drop {values.name!r}, or make it numbers"
            )
        return cls(
            name=values.name,
            categories=tuple(trained),
            untrained=tuple(sorted(known - set(trained))),
            missing=rows.null_count(),
        )

    @property
    def outputs(self) -> list[str]:
        """Names of the columns that it becomes."""
        names = [f"{self.name}={category}" for category in self.categories]
        return [*names, f"{self.name} missing"] if self.missing else names

    def transform(self, values: pl.Series) -> npt.NDArray[np.float64]:
        """Return `(rows, categories)` zeros and ones.

        Raises:
            DataError: a row holds a category that the training table never had.
        """
        texts = values.cast(pl.String).to_list()
        place = {category: j for j, category in enumerate(self.categories)}
        out = np.zeros((len(texts), len(self.outputs)))
        for row, text in enumerate(texts):
            if text in place:
                out[row, place[text]] = 1.0
            elif text is None:
                out[row, len(place) :] = 1.0
            elif text not in self.untrained:
                raise DataError(
                    f"column {self.name!r} holds {text!r} in row {row} (counted from 0), which "
                    f"training never saw; known are {one_of(self.categories)}: use one of them, "
                    "or leave the cell empty"
                )
        return out

    def note(self, rows: int) -> str | None:
        """Return what a reader of the data flow must know about it, of `rows` training rows."""
        said = [f"{len(self.categories)} categories became 0/1 columns"]
        if len(self.categories) == 1:
            said = ["1 category became a 0/1 column"]
        if self.missing == rows:
            said = ["no value in any training row"]
        elif self.missing:
            said.append(f"{_missing(self.missing)} became a category of its own")
        if self.untrained:
            said.append(f"{one_of(self.untrained)} only in held-out rows: all zeros")
        return f"column {self.name!r}: {'; '.join(said)}"


Column = Numeric | Categorical


def is_text(values: pl.Series) -> bool:
    """Return whether a column is categorical.

    Raises:
        DataError: it is neither numbers nor text.
    """
    dtype = values.dtype
    if dtype.is_numeric() or dtype in (pl.Boolean, pl.Null):
        return False
    if dtype in (pl.String, pl.Categorical, pl.Enum):
        return True
    raise DataError(
        f"column {values.name!r} holds {dtype}; rampup reads numbers and text: "
        f"convert it, or leave it out with --drop {values.name!r}"
    )


def _numbers(values: pl.Series) -> npt.NDArray[np.float64]:
    """Return a column as float64 with NaN for missing, or name the first cell that is none."""
    if values.dtype in (pl.String, pl.Categorical, pl.Enum):
        texts = values.cast(pl.String).str.strip_chars()
        as_number = texts.cast(pl.Float64, strict=False)
        # a CSV file spells booleans as words; training read them as 0 and 1
        words = texts.str.to_lowercase()
        booleans = words.replace_strict({"true": 1.0, "false": 0.0}, default=None)
        numbers = as_number.fill_null(booleans.cast(pl.Float64))
        bad = (numbers.is_null() & texts.is_not_null()).arg_true()
        if len(bad):
            row = int(bad[0])
            raise DataError(
                f"column {values.name!r} holds the text {values[row]!r} in row {row} (counted "
                "from 0), but was numbers in training; write a number, or leave the cell empty"
            )
    elif values.dtype.is_numeric() or values.dtype in (pl.Boolean, pl.Null):
        numbers = values.cast(pl.Float64)
    else:
        raise DataError(
            f"column {values.name!r} holds {values.dtype}, but was numbers in training; "
            "convert it to numbers"
        )
    if numbers.is_infinite().any():
        rows = numbers.is_infinite().arg_true()
        raise DataError(
            f"column {values.name!r} is infinite in {len(rows)} of {len(values)} rows (first: "
            f"row {rows[0]}, counted from 0); replace infinity with a number or nothing"
        )
    array: npt.NDArray[np.float64] = numbers.fill_null(math.nan).to_numpy()
    return array


def _missing(count: int) -> str:
    return "1 missing value" if count == 1 else f"{count} missing values"


def to_dict(column: Column) -> dict[str, Any]:
    """Return a column as plain JSON data."""
    return {"kind": column.kind} | {name: getattr(column, name) for name in column.__slots__}


def from_dict(plain: dict[str, Any]) -> Column:
    """Return the column that `to_dict` wrote."""
    values = {key: value for key, value in plain.items() if key != "kind"}
    if plain["kind"] == Numeric.kind:
        return Numeric(**values)
    for key in ("categories", "untrained"):
        values[key] = tuple(values[key])
    return Categorical(**values)
