"""Stages of a foreign data flow: what is shown of frames, arrays, pipelines and transforms."""

import math
import random
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.optim import SGD

from rampup import watch
from rampup.recorder.tables import table
from rampup.trace.record import Stage, from_json, to_json


def staged(*arguments: Any, **options: Any) -> list[Stage]:
    """Return the stages that one call of `trace.stage` records."""
    with watch(nn.Identity(), SGD([nn.Parameter(torch.zeros(1))], lr=0.1)) as trace:
        trace.stage(*arguments, **options)
    found = [event for event in trace.events if isinstance(event, Stage)]
    assert [from_json(to_json(stage)) for stage in found] == found
    return found


X = np.array([[1.0, 10.0], [2.0, math.nan], [3.0, 30.0], [4.0, 40.0]])


def test_a_step_shows_rows_before_and_after() -> None:
    (stage,) = staged("scale", X, X / 10, note="divided by ten", ids=[0, 2])

    assert (stage.number, stage.name, stage.did, stage.unit) == (
        1,
        "scale",
        "divided by ten",
        "row",
    )
    assert (stage.shape_in, stage.shape_out) == ("4 × 2 float64", "4 × 2 float64")
    assert stage.before == [
        {"id": 0, "cells": {"x0": 1.0, "x1": 10.0}},
        {"id": 2, "cells": {"x0": 3.0, "x1": 30.0}},
    ]
    assert stage.after[1] == {"id": 2, "cells": {"x0": 0.3, "x1": 3.0}}
    assert stage.notes == ["1 cell is missing (x1: 1)"]
    assert stage.facts["missing"] == {"x1": 1}
    assert stage.facts["statistics"]["x0"] == {
        "mean": 0.25, "std": pytest.approx(0.111803399), "least": 0.1, "most": 0.4,
    }  # fmt: skip


def test_data_that_is_read_has_nothing_before_it() -> None:
    (stage,) = staged("read", X)

    assert (stage.shape_in, stage.before, stage.did) == ("", [], "read")
    assert [row["id"] for row in stage.after] == [0, 1, 2]


def test_a_fitted_pipeline_is_a_stage_for_each_step() -> None:
    """Of the last step, which predicts, there is none; and the data stays as it is."""
    frame = pl.DataFrame({"age": [20.0, None, 40.0, 50.0], "size": [1.0, 2.0, 3.0, 4.0]})
    data = frame.to_numpy()
    pipeline = make_pipeline(
        SimpleImputer(copy=False), StandardScaler(copy=False), LogisticRegression()
    ).fit(data.copy(), [0, 1, 0, 1])
    kept = data.copy()

    first, second = staged("preprocess", data, pipeline, ids=[1])

    assert [first.number, second.number] == [1, 2]
    assert first.name == "preprocess: simpleimputer (SimpleImputer)"
    assert second.name == "preprocess: standardscaler (StandardScaler)"
    assert first.before[0]["cells"] == {"x0": None, "x1": 2.0}
    assert first.after[0]["cells"] == {"x0": pytest.approx(110 / 3), "x1": 2.0}
    assert first.notes == []
    assert second.before == first.after
    assert second.facts["statistics"]["x0"]["std"] == pytest.approx(1.0)
    assert np.array_equal(data, kept, equal_nan=True)


def test_a_list_of_transforms_is_run_on_a_copy() -> None:
    """Each is a stage; no random number is drawn, as far as others can see."""

    def flip(x: torch.Tensor) -> torch.Tensor:
        return x.flip(-1) if random.random() < 2 else x

    class Noise:
        def __call__(self, x: torch.Tensor) -> torch.Tensor:
            return x.add_(torch.rand(1)).mul_(float(np.random.rand() > -1))

    class Compose:
        transforms = [flip, Noise(), nn.Flatten(1)]  # noqa: RUF012

    image = torch.arange(12.0).reshape(3, 2, 2)
    before = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()

    stages = staged("augment", image, Compose())

    after = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()
    assert torch.equal(before[0], after[0])
    assert before[1:] == after[1:]
    assert torch.equal(image, torch.arange(12.0).reshape(3, 2, 2))
    assert [stage.name for stage in stages] == [
        "augment: flip", "augment: Noise", "augment: Flatten",
    ]  # fmt: skip
    assert [stage.shape_out for stage in stages] == [
        "3 × 2 × 2 float32", "3 × 2 × 2 float32", "3 × 4 float32",
    ]  # fmt: skip
    assert stages[0].after[0]["cells"] == {"x0": 1.0, "x1": 0.0, "x2": 3.0, "x3": 2.0}
    assert stages[1].before == stages[0].after != stages[1].after


def test_one_function_is_one_stage() -> None:
    (stage,) = staged("scale", X, lambda x: x * 2)

    assert (stage.name, stage.did) == ("scale", "a function")
    assert stage.after[0]["cells"] == {"x0": 2.0, "x1": 20.0}


def test_a_fitted_step_names_its_columns() -> None:
    scaler = StandardScaler().set_output(transform="polars")
    frame = pl.DataFrame({"age": [20.0, 40.0], "size": [1.0, 2.0]})

    (stage,) = staged("scale", frame, scaler.fit(frame))

    assert stage.before[0]["cells"] == {"age": 20.0, "size": 1.0}
    assert stage.after[0]["cells"] == {"age": -1.0, "size": -1.0}


def test_a_polars_frame_is_understood() -> None:
    frame = pl.DataFrame({"age": [20, None, 40], "name": ["a", None, "x" * 100]})

    (stage,) = staged("read", frame)

    assert stage.shape_out == "3 × 2 (Int64, String)"
    assert stage.after[1]["cells"]["name"] is None
    assert stage.after[2]["cells"]["name"] == "x" * 79 + "…"
    assert stage.facts["missing"] == {"age": 1, "name": 1}
    assert stage.notes == ["2 cells are missing (age: 1, name: 1)"]
    assert stage.facts["statistics"]["age"]["mean"] == 30.0


def test_a_row_of_a_pandas_frame_is_followed_by_its_label() -> None:
    """Also where rows before it are dropped."""
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {"age": [20.0, math.nan, 40.0], "kind": pd.Categorical(["a", "b", "a"])}, index=[7, 8, 9]
    )

    (stage,) = staged("drop", frame, frame.dropna())
    (asked,) = staged("drop", frame, frame.dropna(), ids=[8, 9])

    assert [row["id"] for row in stage.before] == [row["id"] for row in stage.after] == [7, 9]
    assert stage.after[1]["cells"] == {"age": 40.0, "kind": "a"}
    assert stage.notes == ["3 rows became 2"]
    assert asked.notes == ["row 8 is not there", "3 rows became 2"]


def test_rows_that_may_differ_are_said() -> None:
    (stage,) = staged("drop", X, X[[0, 2]], ids=[0, 3])

    assert stage.notes == [
        "row 3 is not there",
        "4 rows became 2; rows are shown by position, so they may differ",
    ]


@pytest.mark.parametrize(
    ("data", "shape", "cells"),
    [
        (torch.ones(2, 2, dtype=torch.bfloat16), "2 × 2 bfloat16", {"x0": 1.0, "x1": 1.0}),
        (torch.ones(2, requires_grad=True), "2 float32", {"value": 1.0}),
        (torch.tensor(3), "one int64", {"value": 3}),
        (np.array(["a", "b"]), "2 text", {"value": "a"}),
        (["a", "b", "c"], "3 text", {"value": "a"}),
        ([[1], [2, 3]], "2 text", {"value": "[1]"}),
        ([1, 2], "2 int64", {"value": 1}),
        (np.array([None, 1], dtype=object), "2 text", {"value": None}),
        (np.zeros((2, 0)), "2 × 0 float64", None),
        (np.array(["2024-01-01", "NaT"], dtype="datetime64[D]"), "2 datetime64[D]",
         {"value": "2024-01-01"}),
    ],
    ids=["half", "grad", "scalar", "texts", "list", "ragged", "numbers", "none", "empty", "dates"],
)  # fmt: skip
def test_other_data_is_understood(data: Any, shape: str, cells: dict[str, Any] | None) -> None:
    (stage,) = staged("x", data)

    assert stage.shape_out == shape
    assert (stage.after[0]["cells"] if stage.after else None) == cells


def test_a_sparse_matrix_is_understood() -> None:
    sparse = pytest.importorskip("scipy.sparse")

    assert table(sparse.csr_matrix(np.eye(2))).shape == "2 × 2 float64, sparse"


def test_wide_rows_are_cut_and_numbers_summed_up() -> None:
    (stage,) = staged("x", np.arange(300.0).reshape(3, 100))

    assert len(stage.after[0]["cells"]) == 16
    assert stage.notes == ["of 100 values in a row the first 16 are shown"]
    assert stage.facts["statistics"]["all columns"]["most"] == 299.0


def test_stages_are_numbered_on() -> None:
    model = nn.Linear(1, 1)
    with watch(model, SGD(model.parameters(), lr=0.1)) as trace:
        trace.stage("a", X)
        trace.stage("b", X, [np.abs, np.sqrt])
        trace.stage("c", X)

    assert [(s.number, s.name) for s in trace.events if isinstance(s, Stage)] == [
        (1, "a"), (2, "b: absolute"), (3, "b: sqrt"), (4, "c"),
    ]  # fmt: skip
