"""What the command line's tests share: `rampup …` in this process, in an empty folder."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

import rampup as package
from rampup.cli import main


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command answered: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


Command = Callable[..., Answer]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the current folder, an empty one; modules imported from it are forgotten again."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", None)):
            del sys.modules[name]


@pytest.fixture
def rampup(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Return `rampup("train", …)`, which runs the command and returns its answer."""

    def run(*arguments: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["rampup", *arguments])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return Answer(code=code, out=said.out, err=said.err)

    return run


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a process that finds the package under test wherever it runs."""
    return {**os.environ, "PYTHONPATH": str(Path(package.__file__).parents[1]), **more}


def rows(count: int = 60) -> pl.DataFrame:
    """Return rows in which `size` decides the label."""
    return pl.DataFrame(
        {
            "size": [10.0 * (i % 2) + i % 5 for i in range(count)],
            "colour": [["red", "blue"][i % 3 % 2] for i in range(count)],
            "label": [["no", "yes"][i % 2] for i in range(count)],
        }
    )
