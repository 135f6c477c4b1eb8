"""The race folder: what is finished is kept, a killed race goes on, another race is refused."""

import json
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from rampup import race
from rampup.errors import RunFolderError
from rampup.races.result import Race

LENGTH = 1500

PROGRAM = """
    import sys
    from pathlib import Path
    sys.path.insert(0, {tests!r})
    from rampup.races import folder
    from tests.races.test_folder import small

    folder.SECONDS_BETWEEN_CHECKPOINTS = 0.0
    tell = lambda progress: print(progress.done, flush=True)
    small(Path({path!r}), updates={updates}, listener=tell)
    print("whole", flush=True)
"""


def small(path: Path | None, **changes: Any) -> Race:
    draw = torch.Generator().manual_seed(0)
    x = torch.randn(48, 4, generator=draw, dtype=torch.float64)
    values: dict[str, Any] = {
        "loss": nn.functional.mse_loss,
        "schedules": ["warmup 5% >> decay cosine", "hold"],
        "lrs": [0.001, 0.01, 0.1],
        "seeds": 2,
        "updates": 60,
        "engine": "batched",
        "max_memory": 10**5,
        "to": path,
    }
    make = changes.pop("make", lambda: nn.Linear(4, 1).double())
    data = changes.pop("data", (x, x.sum(1, keepdim=True)))
    return race(make, data, **{**values, **changes})


def same(one: Race, other: Race) -> bool:
    return np.array_equal(one.losses, other.losses, equal_nan=True)


def test_a_killed_race_goes_on_where_it_was(tmp_path: Path) -> None:
    """Killed twice by the system, without warning; the losses are those of an unbroken race."""
    path, tests = tmp_path / "r", str(Path(__file__).parents[2])
    program = textwrap.dedent(PROGRAM).format(tests=tests, path=str(path), updates=LENGTH)
    reached = []
    for _ in range(2):
        with subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(2)]
            process.kill()
        assert process.returncode == -signal.SIGKILL
        reached.append([int(line) for line in lines])
    parts = sorted(file.name for file in path.iterdir())

    assert any(name.endswith(".part") for name in parts)
    assert "result.json" not in parts
    assert reached[1][0] >= reached[0][0]
    told: list[int] = []
    found = small(path, updates=LENGTH, listener=lambda progress: told.append(progress.done))
    assert told[0] >= reached[1][0]
    assert same(found, small(None, updates=LENGTH))
    assert not list(path.glob("*.part"))


def test_a_finished_race_is_read_not_run(tmp_path: Path) -> None:
    first = small(tmp_path / "r")
    before = {file: file.stat().st_mtime_ns for file in tmp_path.glob("r/chunk-*")}
    told: list[object] = []
    again = small(tmp_path / "r", listener=told.append)

    assert same(first, again)
    assert (again.engine, again.reason, told) == (first.engine, first.reason, [])
    assert {file: file.stat().st_mtime_ns for file in tmp_path.glob("r/chunk-*")} == before
    written = json.loads((tmp_path / "r/result.json").read_text(encoding="utf-8"))
    assert written["summary"] == json.loads(again.to_json())["summary"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"optimizer": "sgd"}, ("its optimizer was {'name': 'adam', 'betas': [0.9, 0.999], 'eps': "
         "1e-08, 'we… and is {'name': 'sgd', 'momentum': 0.0, 'nesterov': False, 'weig… now")),
        ({"lrs": [0.01]}, "its lrs was [0.001, 0.01, 0.1] and is [0.01] now"),
        ({"clip_norm": 1.0}, "its clip_norm was None and is 1.0 now"),
    ],
)  # fmt: skip
def test_another_race_is_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    small(tmp_path, engine="sequential", updates=60, seeds=1, lrs=[0.001, 0.01, 0.1])
    with pytest.raises(RunFolderError) as refused:
        small(tmp_path, **{"engine": "sequential", "seeds": 1, **change})
    assert str(refused.value) == (
        f"{tmp_path} holds another race: {message}; choose another folder"
    )


@pytest.mark.parametrize("what", ["data", "model"])
def test_other_data_or_another_model_is_noticed(tmp_path: Path, what: str) -> None:
    few: dict[str, Any] = {"engine": "sequential", "seeds": 1, "lrs": [0.01]}
    small(tmp_path, **few)
    x = torch.ones(48, 4, dtype=torch.float64)
    change = {"data": (x, x[:, :1])} if what == "data" else {"make": lambda: nn.Linear(4, 1, False)}
    with pytest.raises(RunFolderError, match=f"holds another race: its {what} was '[0-9a-f]+' and"):
        small(tmp_path, **few, **change)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years", encoding="utf-8")
    with pytest.raises(RunFolderError) as refused:
        small(tmp_path)
    assert str(refused.value) == (
        f"{tmp_path} is not empty and holds no race of rampup; choose another folder"
    )
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_damaged_chunk_is_named(tmp_path: Path) -> None:
    small(tmp_path, engine="sequential", seeds=1, lrs=[0.01])
    (tmp_path / "chunk-0001.safetensors").write_bytes(b"torn")
    with pytest.raises(RunFolderError, match=r"chunk-0001.safetensors cannot be read: .*; remove"):
        small(tmp_path, engine="sequential", seeds=1, lrs=[0.01])


def test_a_halved_race_goes_on_too(tmp_path: Path) -> None:
    """The cut is decided again from the same losses, also where a chunk is finished already."""
    whole = small(tmp_path, halving=True, max_memory=30_000)
    (tmp_path / "chunk-0001.safetensors").unlink()
    again = small(tmp_path, halving=True, max_memory=30_000)

    assert same(whole, again)
    assert np.array_equal(whole.dropped, again.dropped)
    assert whole.dropped.sum() == 8
