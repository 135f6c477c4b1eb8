"""Data as a stage shows it: the hash that stands for the whole of it."""

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch

from rampup.recorder.tables import table

NUMBERS = np.arange(6.0).reshape(2, 3)
FRAME = pl.DataFrame({"a": ["x", None], "many": [[1, 2], [3]], "day": [date(2026, 1, 2)] * 2})


@pytest.mark.parametrize(
    ("data", "sha256"),
    [
        (NUMBERS, "c9d9e372ac7d38b814eb6c71c87b47e33b7569f13c8fc68f329c5d7936424d9e"),
        (["a", "ß"], "77250f70afcfb4f25ab9972105cf16bde0eba9d0c49df7e76a49c1c083e4b0ca"),
        (FRAME, "69a73b9ddcc6ebbf868fc244a5a5d5bfca92bf46204f7ef03c52bb91ae161831"),
    ],
    ids=["numbers", "texts", "a frame"],
)
def test_the_hash_is_the_same_on_every_machine(data: Any, sha256: str) -> None:
    assert table(data).sha256() == sha256


def test_where_the_numbers_lie_does_not_count() -> None:
    assert table(np.asfortranarray(NUMBERS)).sha256() == table(NUMBERS).sha256()
    assert table(torch.from_numpy(NUMBERS)).sha256() == table(NUMBERS).sha256()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NUMBERS, NUMBERS + np.array([[0, 0, 0], [0, 0, 1e-15]])),
        (NUMBERS, NUMBERS.reshape(3, 2)),
        (NUMBERS, NUMBERS.astype(np.float32)),
        (["ab", "c"], ["a", "bc"]),
        (pl.DataFrame({"a": [1, 2]}), pl.DataFrame({"b": [1, 2]})),
        (pl.DataFrame({"a": ["x", None]}), pl.DataFrame({"a": ["x", "None"]})),
        (pl.DataFrame({"a": [[1, 2], [3]]}), pl.DataFrame({"a": [[1], [2, 3]]})),
        (pl.DataFrame({"a": ["1", "2"]}), pl.DataFrame({"a": [1, 2]})),
    ],
    ids=["last digit", "shape", "kind", "joint", "name", "missing", "lists", "text"],
)
def test_what_is_not_the_same_has_another_hash(one: Any, other: Any) -> None:
    hashes = {table(data).sha256() for data in (one, other)}

    assert len(hashes) == 2
    assert None not in hashes


@pytest.mark.parametrize(
    "data",
    [np.array([object(), 1]), [torch.ones(2), torch.ones(3)], np.array([{"a": object()}, None])],
    ids=["objects", "tensors of different lengths", "dictionaries"],
)
def test_what_nobody_can_look_into_has_no_hash(data: Any) -> None:
    assert table(data).sha256() is None
