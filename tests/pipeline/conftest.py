"""What the pipeline's tests share: a few real runs, trained once, and a table with every flaw."""

import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from rampup import Run, train

PAGE = {"schedule": "warmup 5ep linear per epoch >> hold", "baseline": {"seeds": 0}}
"""The page's job: one rate per epoch."""


def flawed() -> pl.DataFrame:
    """Return 120 rows that two columns decide; others have gaps, are constant, or are empty."""
    rows = range(120)
    return pl.DataFrame(
        {
            "size": [None if i % 10 == 3 else 7.0 * (i % 2) + i % 7 for i in rows],
            "colour": [None if i % 15 == 4 else ["red", "blue", "green"][i % 3] for i in rows],
            "unit": [7.0 for _ in rows],
            "empty": [None for _ in rows],
            "paid": [i % 4 < 2 for i in rows],
            "label": ["yes" if i % 2 else "no" for i in rows],
        },
        schema_overrides={"empty": pl.Float64},
    )


@pytest.fixture(scope="session")
def default_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the built-in run, baseline included, kept in a folder."""
    return train(to=tmp_path_factory.mktemp("default") / "run")


@pytest.fixture(scope="session")
def page_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the built-in run with one rate per epoch."""
    return train(PAGE, to=tmp_path_factory.mktemp("page") / "run")


@pytest.fixture(scope="session")
def table_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run on `flawed` rows, read from the Parquet file beside the run folder."""
    folder = tmp_path_factory.mktemp("table")
    flawed().write_parquet(folder / "rows.parquet")
    return train(
        {
            "data": str(folder / "rows.parquet"),
            "table": {"target": "label"},
            "training": {"batch_size": 8},
            "baseline": {"seeds": 0},
        },
        to=folder / "run",
    )


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the current folder, an empty one; modules imported from it are forgotten again."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", None)):
            del sys.modules[name]
