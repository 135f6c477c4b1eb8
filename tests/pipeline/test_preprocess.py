"""The split is a partition that keeps class shares; only training rows teach."""

import json
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, strategies as st
from sklearn.preprocessing import StandardScaler
from tests.pipeline.conftest import flawed

from rampup.errors import DataError, RunFolderError
from rampup.pipeline.preprocess import Preprocess, Split, class_codes, split

labels_of = st.lists(st.integers(1, 40), min_size=2, max_size=5).filter(
    lambda counts: sum(counts) >= 2 * len(counts)
)


def fitted(frame: pl.DataFrame, held_out: float = 0.2) -> tuple[Preprocess, Split]:
    parts = split(frame["label"], held_out, seed=0)
    return Preprocess.fit(frame.drop("label"), frame["label"], parts.train), parts


@given(counts=labels_of, share=st.floats(0.01, 0.99), seed=st.integers(0, 2**32 - 1))
def test_a_split_is_a_partition_that_keeps_class_shares(
    counts: list[int], share: float, seed: int
) -> None:
    """Each class gives its share to within one row, and at least one row to training."""
    labels = pl.Series("label", [c for c, count in enumerate(counts) for _ in range(count)])
    parts = split(labels, share, seed)

    assert sorted([*parts.train, *parts.held_out]) == list(range(len(labels)))
    assert parts.train.tolist() == sorted(parts.train)
    assert parts.held_out.tolist() == sorted(parts.held_out)
    assert len(parts.held_out) >= 1
    held = np.bincount(labels.to_numpy()[parts.held_out], minlength=len(counts))
    for count, taken in zip(counts, held, strict=True):
        assert taken < count
        assert abs(taken - share * count) <= 1


def test_the_seed_decides_the_split() -> None:
    labels = pl.Series("label", [0, 1] * 50)
    one, again, other = (split(labels, 0.2, seed).held_out.tolist() for seed in (1, 1, 2))

    assert one == again != other
    assert len(one) == 20


@pytest.mark.parametrize(
    ("labels", "classes", "codes"),
    [
        (["no", "yes", "no"], ["no", "yes"], [0, 1, 0]),
        ([10, -3, 10], [-3, 10], [1, 0, 1]),
        ([True, False, True], [False, True], [1, 0, 1]),
        ([0.5, 0.25, 0.5], [0.25, 0.5], [1, 0, 1]),
        (["10", "9", "9"], ["10", "9"], [0, 1, 1]),
    ],
)
def test_labels_of_any_type_are_classes(
    labels: list[Any], classes: list[Any], codes: list[int]
) -> None:
    series = pl.Series("label", labels)
    features = pl.DataFrame({"x": [1.0, 2.0, 3.0]})
    preprocess = Preprocess.fit(features, series, np.arange(3))

    assert class_codes(series).tolist() == codes
    assert list(preprocess.classes) == classes
    assert [type(c) for c in preprocess.classes] == [type(c) for c in classes]


def test_it_equals_scikit_learn_on_the_training_rows() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(loc=[5, -300, 0.01], scale=[1, 100, 1e-4], size=(200, 3))
    frame = pl.DataFrame({"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "label": [0, 1] * 100})
    preprocess, parts = fitted(frame)
    scaler = StandardScaler().fit(x[parts.train])

    out = preprocess.transform(frame)

    assert out.dtype == np.float32
    assert np.allclose(out, scaler.transform(x), atol=1e-5)
    assert np.allclose(out[parts.train].mean(0), 0, atol=1e-5)
    assert np.allclose(out[parts.train].std(0), 1, atol=1e-5)


def test_held_out_rows_teach_nothing() -> None:
    """Other values in the held-out rows leave every fitted number and every training row."""
    frame = flawed()
    preprocess, parts = fitted(frame)
    held = pl.Series(np.isin(np.arange(frame.height), parts.held_out))
    changed = frame.with_columns(
        size=pl.when(held).then(999.0).otherwise("size"),
        unit=pl.when(held).then(None).otherwise("unit"),
        empty=pl.when(held).then(3.0).otherwise("empty"),
        colour=pl.when(held).then(pl.lit("red")).otherwise("colour"),
    )
    other, same_parts = fitted(changed)

    assert np.array_equal(parts.train, same_parts.train)
    assert other == preprocess
    assert np.array_equal(
        other.transform(changed)[parts.train], preprocess.transform(frame)[parts.train]
    )


def test_every_flaw_is_kept_and_said() -> None:
    frame = flawed()
    preprocess, parts = fitted(frame)
    notes = [column.note(len(parts.train)) for column in preprocess.columns]
    size, colour = (frame[name].gather(parts.train) for name in ("size", "colour"))

    assert preprocess.outputs == [
        "size", "colour=blue", "colour=green", "colour=red", "colour missing", "unit", "empty",
        "paid",
    ]  # fmt: skip
    assert notes == [
        f"column 'size': {size.null_count()} missing values became the median {size.median():g}",
        (
            f"column 'colour': 3 categories became 0/1 columns; {colour.null_count()} "
            "missing values became a category of its own"
        ),
        "column 'unit': is constant (7) in the training rows: kept, always 0",
        "column 'empty' has no value in any training row: kept, always 0",
        None,
    ]


def test_json_holds_all_of_it() -> None:
    preprocess, _ = fitted(flawed())
    again = Preprocess.from_dict(json.loads(json.dumps(preprocess.to_dict(), allow_nan=False)))

    assert again == preprocess
    assert np.array_equal(again.transform(flawed()), preprocess.transform(flawed()))


def test_columns_are_found_by_name() -> None:
    frame = flawed()
    preprocess, _ = fitted(frame)
    shuffled = frame.select(pl.lit("new").alias("more"), *reversed(frame.columns))

    assert np.array_equal(preprocess.transform(shuffled), preprocess.transform(frame))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"size": "sizes"}, "there is no column 'size', which training had; did you mean 'sizes'?"),
        (
            {"unit": "zzz"},
            (
                "there is no column 'unit', which training had; there are 'size', "
                "'colour', 'zzz', 'empty', 'paid', 'label'"
            ),
        ),
    ],
)
def test_a_missing_column_is_refused_with_the_nearest(change: dict[str, str], said: str) -> None:
    frame = flawed()
    preprocess, _ = fitted(frame)
    with pytest.raises(DataError) as error:
        preprocess.transform(frame.rename(change))

    assert str(error.value) == said


@pytest.mark.parametrize("far", [1e300, -1e308])
def test_a_cell_beyond_32_bits_is_refused(far: float) -> None:
    frame = pl.DataFrame({"a": [1.0, 2.0], "b": [0.0, 1e-9], "label": [0, 1]})
    preprocess = Preprocess.fit(frame.drop("label"), frame["label"], np.arange(2))
    with pytest.raises(DataError) as error:
        preprocess.transform(pl.DataFrame({"a": [1.0, 1.0], "b": [1.0, far]}))

    assert str(error.value) == (
        "column 'b' in row 1 (counted from 0) is too far from the training rows for a 32-bit "
        "number; correct the cell, or leave it empty"
    )


@pytest.mark.parametrize(
    "plain",
    [{}, {"target": "y", "classes": [0, 1], "columns": [{"kind": "numeric"}]}, {"columns": 3}, []],
)
def test_damage_is_named(plain: Any) -> None:
    with pytest.raises(RunFolderError, match=r"^the saved preprocessing is damaged \("):
        Preprocess.from_dict(plain)
