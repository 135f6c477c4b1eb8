"""The five stages: shapes, plain words, numbers, and the same rows followed through all."""

import re

import numpy as np
import pytest

from rampup import Run
from rampup.pipeline.data import example
from rampup.trace.record import Stage


@pytest.fixture(scope="module")
def stages(default_run: Run) -> list[Stage]:
    return [event for event in default_run.events if isinstance(event, Stage)]


@pytest.fixture(scope="module")
def table_stages(table_run: Run) -> list[Stage]:
    return [event for event in table_run.events if isinstance(event, Stage)]


def test_the_shapes_join(stages: list[Stage]) -> None:
    assert [(s.number, s.name, s.shape_in, s.shape_out) for s in stages] == [
        (1, "data loading", "generated from seed 0", "1000 × 10 and a label"),
        (2, "preprocessing", "1000 × 10", "800 × 10 to train, 200 × 10 held out"),
        (3, "model", "batch × 10", "batch × 2 logits"),
        (4, "warmup schedule", "update index 0 … 249", "one rate per update"),
        (5, "training", "800 × 10 in batches of 32", "the same model, trained"),
        (5, "training", "800 × 10 in batches of 32", "the same model, trained"),
    ]


def test_the_words_are_plain(stages: list[Stage]) -> None:
    assert [s.did for s in stages] == [
        ("1000 rows of 10 features were generated from seed 0; the label 'label' has 2 classes: "
        "0 × 500, 1 × 500"),
        ("200 rows were held out, keeping the share of each class; each number became "
        "(x − mean) / std, with mean and std of the 800 training rows only"),
        ("Linear(10 → 50) → ReLU → Linear(50 → 2): 652 parameters, initial weights drawn at "
        "random; shown is what it says before training"),
        ("rate = 0.01 × factor(update); the first update uses 8e-05, update 124 is the first at "
        "the highest, 0.01"),
        ("10 epochs × 25 updates = 250 updates of adam on the cross-entropy; rows are shuffled "
        "before each epoch"),
        "what the model says of the rows followed",
    ]  # fmt: skip


def test_the_numbers_are_there(stages: list[Stage]) -> None:
    sha256 = stages[0].facts["sha256"]
    assert re.fullmatch("[0-9a-f]{64}", sha256)
    assert [s.facts for s in stages[:5]] == [
        {
            "rows": 1000,
            "features": 10,
            "classes": {"0": 500, "1": 500},
            "missing": 0,
            "sha256": sha256,
        },
        {"train": 800, "held_out": 200, "features": 10},
        {"parameters": 652, "layers": ["Linear(10 → 50)", "ReLU", "Linear(50 → 2)"]},
        {"updates": 250, "warmup": 125, "peak_at": 124},
        {"epochs": 10, "updates_per_epoch": 25},
    ]


def test_the_same_rows_are_followed_through(stages: list[Stage], default_run: Run) -> None:
    """Loaded, standardised, judged before and after training: two training rows, one held out."""
    features, labels = example(0)
    ids = [row["id"] for row in stages[0].after]

    assert len(ids) == 3
    for stage in (stages[1], stages[2], stages[5]):
        assert [row["id"] for row in stage.before] == ids
    for stage in (stages[1], stages[2], stages[4], stages[5]):
        assert [row["id"] for row in stage.after] == ids
    for row in stages[0].after:
        *cells, label = row["cells"].values()
        assert cells == features[row["id"]].tolist()
        assert label == labels[row["id"]]
    assert [r["cells"] for r in stages[1].before] == [
        {k: v for k, v in r["cells"].items() if k != "label"} for r in stages[0].after
    ]
    assert stages[1].after == stages[2].before
    assert stages[2].after == stages[5].before
    for column, row in zip(
        default_run.preprocess.columns, stages[1].after[0]["cells"], strict=True
    ):
        raw = stages[1].before[0]["cells"][row]
        expected = np.float32((raw - column.mean) / column.std)
        assert stages[1].after[0]["cells"][row] == expected


def test_a_row_takes_part_where_it_is_said_to(stages: list[Stage]) -> None:
    """The first update of each training row, from the order that the seed decides."""
    import torch

    order = torch.randperm(800, generator=torch.Generator().manual_seed(0)).tolist()
    first = [row["cells"]["first update"] for row in stages[4].after]

    assert first == [order.index(0) // 32, order.index(1) // 32, "held out"]


def test_probabilities_are_probabilities(stages: list[Stage]) -> None:
    for row in [*stages[5].before, *stages[5].after]:
        assert list(row["cells"]) == ["p(0)", "p(1)"]
        assert sum(row["cells"].values()) == pytest.approx(1.0, abs=1e-6)


def test_flaws_are_said_in_the_data_flow(table_stages: list[Stage]) -> None:
    loading, preprocessing = table_stages[:2]

    assert loading.facts["classes"] == {"no": 60, "yes": 60}
    assert loading.facts["missing"] == 12 + 8 + 120
    assert loading.notes == ["140 cells are missing"]
    assert [note.partition("missing values")[2] for note in preprocessing.notes[:2]] == [
        f" became the median {_median(preprocessing)}",
        " became a category of its own",
    ]
    assert preprocessing.notes[2:] == [
        "column 'unit': is constant (7) in the training rows: kept, always 0",
        "column 'empty' has no value in any training row: kept, always 0",
    ]


def _median(preprocessing: Stage) -> str:
    return preprocessing.notes[0].rpartition(" ")[2]


def test_cells_are_shown_as_they_were(table_stages: list[Stage]) -> None:
    cells = table_stages[0].after[0]["cells"]

    assert list(cells) == ["size", "colour", "unit", "empty", "paid", "label"]
    assert (cells["empty"], type(cells["paid"]), type(cells["label"])) == (None, bool, str)
