"""Data loading: where rows come from. Each source gives a frame of features and labels."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from rampup.errors import ConfigError, DataError, nearest
from rampup.pipeline.config import Config, is_table
from rampup.pipeline.factories import factory
from rampup.pipeline.tables import read_table

EXAMPLE: Final = "example"
SCIKIT: Final = {
    "digits": "load_digits",
    "breast-cancer": "load_breast_cancer",
    "wine": "load_wine",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Rows as loaded, before anything is done to them.

    Args:
        origin: where they come from, in words.
        features: one column per feature.
        labels: one label per row, none missing.
        target: the name of the label.
    """

    origin: str
    features: pl.DataFrame
    labels: pl.Series
    target: str


def load(config: Config) -> Source:
    """Return the rows that `config.data` names.

    Raises:
        ConfigError: there is no such source.
        DataError: its rows cannot be trained on.
    """
    data = config.data
    if data == EXAMPLE:
        features, labels = example(config.seed)
        source = Source(
            origin=f"generated from seed {config.seed}",
            features=_frame(features),
            labels=pl.Series("label", labels),
            target="label",
        )
    elif data in SCIKIT:
        source = _scikit(data)
    elif is_table(data):
        source = _table(config)
    elif ":" in data:
        source = _own(config)
    else:
        known = [EXAMPLE, *SCIKIT]
        raise ConfigError(
            f"data = {data!r} is neither built in, nor a .csv or .parquet file, "
            f"nor 'package.module:factory'; {nearest(data, known)}"
        )
    return _checked(source, config.table.drop)


def example(seed: int, rows: int = 1000) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return the built-in two-class problem: `(features (rows, 10), labels (rows,))`.

    Two hidden directions decide the class by whether their signs agree, so no straight line
    separates it; a third tells a little about it, the other seven nothing. A rotation mixes
    all ten, and each column gets its own unit and offset, so that it needs standardising.

    Args:
        seed: decides everything.
        rows: how many, half of each class.
    """
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(rows) % 2)
    side = rng.integers(0, 2, rows)
    hidden = rng.standard_normal((rows, 10))
    hidden[:, 0] += 2.2 * (2 * side - 1)
    hidden[:, 1] += 2.2 * (2 * (side ^ labels) - 1)
    hidden[:, 2] += 0.6 * (2 * labels - 1)
    rotation, _ = np.linalg.qr(rng.standard_normal((10, 10)))
    unit = 10.0 ** rng.uniform(-1, 2, 10)
    features = (hidden @ rotation) * unit + unit * rng.uniform(-5, 5, 10)
    return features.round(4), labels


def _frame(features: npt.NDArray[Any]) -> pl.DataFrame:
    return pl.DataFrame({f"x{j + 1}": features[:, j] for j in range(features.shape[1])})


def _scikit(name: str) -> Source:
    try:
        from sklearn import datasets
    except ImportError:
        raise ConfigError(
            f"data = {name!r} needs scikit-learn; install it with pip install 'rampup[data]'"
        ) from None
    bunch = getattr(datasets, SCIKIT[name])()
    names = [str(column) for column in bunch.feature_names]
    labels = np.asarray(bunch.target_names)[bunch.target]
    return Source(
        origin=f"{name} of scikit-learn",
        features=pl.DataFrame(dict(zip(names, bunch.data.T, strict=True))),
        labels=pl.Series("label", labels.tolist()),
        target="label",
    )


def _table(config: Config) -> Source:
    frame = read_table(config.data)
    target = config.table.target
    if not target:
        raise DataError(
            f"{config.data} needs a target, the column to predict; pass --target NAME "
            f"({nearest('', frame.columns)})"
        )
    if target not in frame.columns:
        raise DataError(f"{config.data} has no column {target!r}; {nearest(target, frame.columns)}")
    return Source(
        origin=f"read from {config.data}",
        features=frame.drop(target),
        labels=frame[target],
        target=target,
    )


def _own(config: Config) -> Source:
    made = factory("data", config.data)()
    if not isinstance(made, tuple) or len(made) != 2:
        what = f"{len(made)} values" if isinstance(made, tuple) else type(made).__name__
        raise DataError(
            f"data = {config.data!r} returned {what}; it must return a pair (features, labels)"
        )
    features, labels = made
    if not isinstance(features, pl.DataFrame):
        array = np.asarray(features)
        if array.ndim != 2 or array.dtype.kind not in "fiub":
            raise DataError(
                f"data = {config.data!r} returned features of shape {array.shape} and type "
                f"{array.dtype}; they must be numbers of shape (rows, features)"
            )
        features = _frame(array)
    series = labels if isinstance(labels, pl.Series) else pl.Series(np.asarray(labels).tolist())
    if len(series) != features.height:
        raise DataError(
            f"data = {config.data!r} returned {features.height} rows of features "
            f"but {len(series)} labels; there must be one label per row"
        )
    if features.height == 0:
        raise DataError(f"data = {config.data!r} returned no row; it must return some")
    return Source(origin=f"made by {config.data}", features=features, labels=series, target="label")


def _checked(source: Source, drop: list[str]) -> Source:
    features, labels = source.features, source.labels
    for name in drop:
        if name not in features.columns:
            raise DataError(
                f"there is no column {name!r} to drop; {nearest(name, features.columns)}"
            )
    features = features.drop(drop)
    if features.width == 0:
        raise DataError(f"no feature column is left beside {source.target!r}; keep at least one")
    if labels.dtype.is_nested() or labels.dtype == pl.Object:
        raise DataError(
            f"target {source.target!r} holds {labels.dtype}; a label is one number or text per row"
        )
    if labels.dtype.is_float():
        infinite = labels.is_infinite().arg_true()
        if len(infinite):
            raise DataError(
                f"target {source.target!r} is infinite in {len(infinite)} of {len(labels)} rows "
                f"(first: row {infinite[0]}, counted from 0); replace infinity with a class"
            )
        labels = labels.fill_nan(None)
    if labels.null_count():
        row = int(labels.is_null().arg_true()[0])
        raise DataError(
            f"target {source.target!r} is missing in {labels.null_count()} of {len(labels)} rows "
            f"(first: row {row}, counted from 0); fill it in or remove these rows"
        )
    classes = labels.n_unique()
    if classes == 1:
        raise DataError(
            f"target {source.target!r} has one class only, {labels[0]!r}; "
            "a classifier needs rows of at least two"
        )
    if len(labels) < 2 * classes:
        raise DataError(
            f"target {source.target!r} has {classes} classes in {len(labels)} rows, but each needs "
            "two rows on average; choose a target that is a class, not a measurement"
        )
    return Source(origin=source.origin, features=features, labels=labels, target=source.target)
