"""Prediction equals a forward pass by hand, from what the folder's files say and nothing else."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from safetensors.numpy import load_file
from tests.pipeline.conftest import flawed

from rampup import Run, predict, train
from rampup.errors import DataError, RunFolderError
from rampup.pipeline.data import example
from rampup.pipeline.predict import trace_row

ROWS = flawed().drop("label")


def cells_by_hand(column: dict[str, Any], cells: list[Any]) -> list[list[float]]:
    if column["kind"] == "numeric":
        filled = [column["median"] if cell is None else float(cell) for cell in cells]
        return [[(x - column["mean"]) / (column["std"] or 1.0)] for x in filled]
    known = [*column["categories"], *([None] if column["missing"] else [])]
    return [[float(cell == name) for name in known] for cell in cells]


def by_hand(folder: Path, frame: pl.DataFrame) -> np.ndarray:
    """Return class probabilities with numpy, json and safetensors alone."""
    columns = json.loads((folder / "preprocess.json").read_text(encoding="utf-8"))["columns"]
    parts = [cells_by_hand(column, frame[column["name"]].to_list()) for column in columns]
    x = np.concatenate([np.array(part) for part in parts], axis=1)
    w = {k: v.astype(np.float64) for k, v in load_file(folder / "model.safetensors").items()}
    hidden = np.maximum(x @ w["0.weight"].T + w["0.bias"], 0)
    logits = hidden @ w["2.weight"].T + w["2.bias"]
    odds = np.exp(logits - logits.max(1, keepdims=True))
    return odds / odds.sum(1, keepdims=True)


def test_probabilities_are_those_by_hand(table_run: Run) -> None:
    rows = predict(table_run.folder, ROWS)
    expected = by_hand(table_run.folder, ROWS)

    assert rows.columns == ["class", "p(no)", "p(yes)"]
    assert np.allclose(rows.drop("class").to_numpy(), expected, atol=1e-5)
    assert rows["class"].to_list() == [["no", "yes"][j] for j in expected.argmax(1)]
    assert np.allclose(rows.drop("class").sum_horizontal(), 1.0, atol=1e-12)


def test_numbers_alone_are_those_by_hand(default_run: Run) -> None:
    features, labels = example(0)
    frame = pl.DataFrame({f"x{j + 1}": features[:, j] for j in range(10)})
    rows = predict(default_run.folder, frame)

    assert np.allclose(rows.drop("class").to_numpy(), by_hand(default_run.folder, frame), atol=1e-5)
    assert rows["class"].dtype == pl.Int64
    assert (rows["class"].to_numpy() == labels).mean() > 0.95


def test_csv_and_parquet_give_the_same(table_run: Run, tmp_path: Path) -> None:
    """Gaps, words and booleans too."""
    ROWS.write_csv(tmp_path / "new.csv")
    ROWS.write_parquet(tmp_path / "new.parquet")
    expected = predict(table_run.folder, ROWS)

    assert predict(table_run.folder, tmp_path / "new.csv").equals(expected)
    assert predict(str(table_run.folder), str(tmp_path / "new.parquet")).equals(expected)


def test_order_and_further_columns_do_not_matter(table_run: Run) -> None:
    other = ROWS.select(pl.lit("x").alias("label"), pl.lit(1).alias("id"), *reversed(ROWS.columns))

    assert predict(table_run.folder, other).equals(predict(table_run.folder, ROWS))


def test_one_row_is_predicted_as_among_many(table_run: Run) -> None:
    """To rounding: the matrix product of one row may add up in another order."""
    one, many = predict(table_run.folder, ROWS[7]), predict(table_run.folder, ROWS)[7]

    assert one["class"].to_list() == many["class"].to_list()
    assert np.allclose(one.drop("class").to_numpy(), many.drop("class").to_numpy(), atol=1e-6)


def test_a_trained_class_is_found_again(table_run: Run) -> None:
    """Two columns decide; the network learnt it."""
    right = predict(table_run.folder, ROWS)["class"] == flawed()["label"]

    assert right.mean() > 0.85


def test_a_row_is_traced_layer_by_layer(table_run: Run) -> None:
    prediction = trace_row(table_run.folder, ROWS, 11)
    p = by_hand(table_run.folder, ROWS)[11]

    assert [(layer["kind"], layer["shape"]) for layer in prediction.layers] == [
        ("Input", [1, 8]), ("Linear", [1, 50]), ("ReLU", [1, 50]), ("Linear", [1, 2]),
        ("Softmax", [1, 2]),
    ]  # fmt: skip
    assert list(prediction.probabilities.values()) == pytest.approx(p.tolist(), abs=1e-5)
    assert prediction.layers[-1]["values"] == list(prediction.probabilities.values())
    assert (prediction.row, prediction.label) == (11, None)


@pytest.mark.parametrize("row", [-1, 120])
def test_a_row_that_is_not_there_is_refused(table_run: Run, row: int) -> None:
    with pytest.raises(DataError) as error:
        trace_row(table_run.folder, ROWS, row)

    assert str(error.value) == f"there is no row {row}; the table has rows 0 to 119"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"colour": pl.lit("pink")},
            (
                "column 'colour' holds 'pink' in row 0 (counted from 0), which training "
                "never saw; known are 'blue', 'green', 'red': use one of them, or leave "
                "the cell empty"
            ),
        ),
        (
            {"size": pl.lit("big")},
            (
                "column 'size' holds the text 'big' in row 0 (counted from 0), but was "
                "numbers in training; write a number, or leave the cell empty"
            ),
        ),
        (
            {"size": pl.lit(float("inf"))},
            (
                "column 'size' is infinite in 120 of 120 rows (first: row 0, counted from "
                "0); replace infinity with a number or nothing"
            ),
        ),
        (
            {"unit": pl.lit(1e300)},
            (
                "column 'unit' in row 0 (counted from 0) is too far from the training rows "
                "for a 32-bit number; correct the cell, or leave it empty"
            ),
        ),
    ],
)
def test_cells_that_do_not_fit_are_refused(
    table_run: Run, change: dict[str, pl.Expr], said: str
) -> None:
    with pytest.raises(DataError) as error:
        predict(table_run.folder, ROWS.with_columns(**change))

    assert str(error.value) == said


def test_an_own_model_is_found_again(here: Path) -> None:
    """And asked in evaluation mode: its dropout lets everything pass."""
    source = (
        "from torch import nn\ndef net(i, c): return nn.Sequential(nn.Dropout(), nn.Linear(i, c))\n"
    )
    (here / "tiny_model.py").write_text(source, encoding="utf-8")
    run = train(
        {"model": "tiny_model:net", "training": {"epochs": 6}, "baseline": {"seeds": 0}},
        to=here / "run",
    )
    row = pl.DataFrame({f"x{j}": [1.0] for j in range(1, 11)})
    rows = predict(run.folder, row)
    w = load_file(here / "run" / "model.safetensors")
    logits = run.preprocess.transform(row) @ w["1.weight"].T + w["1.bias"]

    p = rows.drop("class").to_numpy()
    assert np.log(p[0, 1] / p[0, 0]) == pytest.approx(logits[0, 1] - logits[0, 0], abs=1e-4)


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError) as error:
        predict(tmp_path, ROWS)

    assert str(error.value) == (
        f"{tmp_path} holds no run of rampup; give a folder that rampup train wrote"
    )
