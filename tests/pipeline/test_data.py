"""Where rows come from: scikit-learn, table files, own functions; and what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn import datasets

from rampup import Config, train
from rampup.errors import ConfigError, DataError
from rampup.pipeline.data import Source, load

OWN = """
import numpy as np
import polars as pl

rng = np.random.default_rng(0)
x = rng.normal(size=(60, 3))
y = (x[:, 0] > 0).astype(int)

def arrays(): return x, y
def lists(): return x.tolist(), [["no", "yes"][i] for i in y]
def frame(): return pl.DataFrame({"a": x[:, 0], "b": ["u", "v"] * 30}), pl.Series("kind", y > 0)
def nothing(): return None
def three(): return x, y, y
def words(): return np.array([["a"], ["b"]]), [0, 1]
def flat(): return x[:, 0], y
def short(): return x, y[:59]
def empty(): return x[:0], y[:0]
def vectors(): return x, np.stack([y, y], axis=1)
def things(): return x, [object()] * 60
def infinite(): return np.full((60, 2), np.inf), y
def missing(): return x, [None, *y[1:].tolist()]
def nans(): return x, np.where(np.arange(60) % 2, np.nan, 1.0)
def endless(): return x, np.where(y, np.inf, 1.0)
def single(): return x, ["a"] * 60
"""


@pytest.fixture
def own(here: Path) -> Path:
    (here / "own_rows.py").write_text(OWN, encoding="utf-8")
    return here


def source(**values: Any) -> Source:
    return load(Config.of(values))


@pytest.mark.parametrize(
    ("name", "bunch"),
    [
        ("digits", datasets.load_digits()),
        ("breast-cancer", datasets.load_breast_cancer()),
        ("wine", datasets.load_wine()),
    ],
)
def test_a_scikit_learn_set_loads_and_trains(name: str, bunch: Any) -> None:
    """The rows are scikit-learn's own, labels carry its names, and training beats guessing."""
    loaded = source(data=name)

    assert np.array_equal(loaded.features.to_numpy(), bunch.data)
    assert loaded.labels.to_list() == [bunch.target_names[code] for code in bunch.target]
    assert loaded.features.columns == list(bunch.feature_names)

    run = train({"data": name, "training": {"epochs": 6}, "baseline": {"seeds": 0}})

    guess = np.bincount(bunch.target).max() / len(bunch.target)
    assert run.epochs[-1].held_out_accuracy > guess + 0.2


def test_own_rows_are_arrays_lists_or_a_frame(own: Path) -> None:
    arrays, lists, frame = (
        source(data=f"own_rows:{name}") for name in ("arrays", "lists", "frame")
    )

    assert arrays.features.equals(lists.features)
    assert arrays.features.columns == ["x1", "x2", "x3"]
    assert set(lists.labels) == {"no", "yes"}
    assert frame.features["b"].to_list()[:2] == ["u", "v"]
    assert frame.labels.to_list() == (arrays.labels == 1).to_list()
    assert arrays.origin == "made by own_rows:arrays"


def test_own_rows_train(own: Path) -> None:
    run = train({"data": "own_rows:frame", "training": {"epochs": 6}, "baseline": {"seeds": 0}})

    assert run.preprocess.classes == (False, True)
    assert run.preprocess.outputs == ["a", "b=u", "b=v"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nothing", "data = {} returned NoneType; it must return a pair (features, labels)"),
        ("three", "data = {} returned 3 values; it must return a pair (features, labels)"),
        ("words", ("data = {} returned features of shape (2, 1) and type <U1; they must be numbers "
         "of shape (rows, features)")),
        ("flat", ("data = {} returned features of shape (60,) and type float64; they must be "
         "numbers of shape (rows, features)")),
        ("short", ("data = {} returned 60 rows of features but 59 labels; there must be one label "
         "per row")),
        ("empty", "data = {} returned no row; it must return some"),
        ("vectors", "target 'label' holds List(Int64); a label is one number or text per row"),
        ("things", "target 'label' holds Object; a label is one number or text per row"),
        ("missing", ("target 'label' is missing in 1 of 60 rows (first: row 0, counted from 0); "
         "fill it in or remove these rows")),
        ("nans", ("target 'label' is missing in 30 of 60 rows (first: row 1, counted from 0); "
         "fill it in or remove these rows")),
        ("single", ("target 'label' has one class only, 'a'; a classifier needs rows of at least "
         "two")),
    ],
)  # fmt: skip
def test_own_rows_that_cannot_be_used_are_refused(own: Path, name: str, said: str) -> None:
    spec = f"own_rows:{name}"
    with pytest.raises(DataError) as error:
        source(data=spec)

    assert str(error.value) == said.replace("{}", repr(spec))


def test_infinite_labels_are_refused(own: Path) -> None:
    with pytest.raises(DataError, match=r"^target 'label' is infinite in \d+ of 60 rows \(first:"):
        source(data="own_rows:endless")


def test_columns_can_be_left_out(own: Path) -> None:
    kept = source(data="own_rows:arrays", table={"drop": ["x1", "x3"]})

    assert kept.features.columns == ["x2"]


@pytest.mark.parametrize(
    ("drop", "said"),
    [
        (["x4"], "there is no column 'x4' to drop; there are 'x1', 'x2', 'x3'"),
        (["x1", "x2", "x3"], "no feature column is left beside 'label'; keep at least one"),
    ],
)
def test_a_drop_that_cannot_be_meant_is_refused(own: Path, drop: list[str], said: str) -> None:
    with pytest.raises(DataError) as error:
        source(data="own_rows:arrays", table={"drop": drop})

    assert str(error.value) == said


def test_an_unknown_source_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError) as error:
        source(data="breastcancer")

    assert str(error.value) == (
        "data = 'breastcancer' is neither built in, nor a .csv or .parquet file, "
        "nor 'package.module:factory'; did you mean 'breast-cancer'?"
    )


def test_too_few_rows_for_the_classes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    pl.DataFrame({"x": range(5), "price": [1.5, 2.5, 3.5, 3.5, 4.5]}).write_csv(path)

    with pytest.raises(DataError) as error:
        source(data=str(path), table={"target": "price"})

    assert str(error.value) == (
        "target 'price' has 4 classes in 5 rows, but each needs two rows on average; "
        "choose a target that is a class, not a measurement"
    )
