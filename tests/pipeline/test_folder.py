"""The run folder: what may be overwritten, and that a reader never sees a half-written file."""

import shutil
from pathlib import Path

import pytest
import torch
from torch import nn

from rampup import Run, train
from rampup.errors import DivergedError, RunFolderError
from rampup.pipeline.folder import (
    Keeper,
    RunFolder,
    check_free,
    copy_weights,
    next_name,
    write_atomically,
)
from rampup.pipeline.predict import saved
from rampup.trace.journal import read
from rampup.trace.record import Update

QUICK = {"training": {"epochs": 6}, "baseline": {"seeds": 0}}
DIVERGES = {"training": {"optimizer": "sgd", "lr": 1e30}, "baseline": {"seeds": 0}}


@pytest.mark.parametrize(
    ("names", "after"),
    [
        ([], "train-001"),
        (["train-001"], "train-002"),
        (["train-009", "train-002"], "train-010"),
        (["train-999"], "train-1000"),
        (["mine", "train-x", "train-003-old"], "train-001"),
    ],
)
def test_names_are_counted_on(tmp_path: Path, names: list[str], after: str) -> None:
    for name in names:
        (tmp_path / name).mkdir()

    assert next_name(tmp_path, "train") == tmp_path / after
    assert next_name(tmp_path / "none", "train") == tmp_path / "none" / "train-001"


def test_only_an_empty_folder_or_an_older_run_is_taken(here: Path) -> None:
    Path("empty").mkdir()
    Path("other").mkdir()
    Path("other/thesis.tex").write_text("years of work", encoding="utf-8")
    Path("file").write_text("x", encoding="utf-8")
    check_free(Path("new"), overwrite=False)
    check_free(Path("empty"), overwrite=False)

    refused = {
        ("other", False): "other exists already; choose another name with --out, or replace it "
        "with --overwrite",
        ("other", True): "other is not empty and holds no run of rampup, so it is not overwritten; "
        "choose another name with --out",
        ("file", True): "file is a file; choose another name with --out",
    }
    for (name, overwrite), said in refused.items():
        with pytest.raises(RunFolderError) as error:
            check_free(Path(name), overwrite=overwrite)
        assert str(error.value) == said
    assert Path("other/thesis.tex").read_text(encoding="utf-8") == "years of work"


def test_an_older_run_is_replaced_only_when_asked(default_run: Run, tmp_path: Path) -> None:
    """The trace starts anew; what else lies in the folder stays."""
    folder = tmp_path / "run"
    shutil.copytree(default_run.folder, folder)
    (folder / "notes.md").write_text("mine", encoding="utf-8")
    with pytest.raises(RunFolderError):
        train(QUICK, to=folder)
    assert read(folder / "trace.jsonl").events == default_run.events

    again = train(QUICK, to=folder, overwrite=True)

    assert read(folder / "trace.jsonl").events == again.events
    assert (folder / "notes.md").read_text(encoding="utf-8") == "mine"


def test_a_diverged_run_keeps_its_last_finite_weights(tmp_path: Path) -> None:
    """Its message names the update, the rate and the checkpoint; the trace says the same."""
    folder = tmp_path / "run"
    with pytest.raises(DivergedError) as error:
        train(DIVERGES, to=folder)

    reading = read(folder / "trace.jsonl").events
    end = reading[-1]
    done = [event for event in reading if isinstance(event, Update)]
    assert str(error.value) == (
        f"training diverged: the loss of update {len(done)} is nan; the rate used last was 8e+27; "
        f"the weights after epoch 0 are kept in {folder / 'model.safetensors'}: lower the rate or "
        "lengthen the warmup"
    )
    assert (end.status, end.updates, end.reason) == ("diverged", len(done), str(error.value))
    model, _ = saved(folder)
    assert all(torch.isfinite(value).all() for value in model.state_dict().values())


def test_a_diverged_run_without_a_folder_names_no_file() -> None:
    with pytest.raises(DivergedError, match=r"the rate used last was 8e\+27$"):
        train(DIVERGES)


def test_a_write_that_fails_leaves_the_old_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "f"
    write_atomically(path, b"old")

    def fail(self: Path, content: bytes) -> int:
        with self.open("wb") as file:
            file.write(content[:1])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")

    assert path.read_bytes() == b"old"


def test_tied_weights_are_saved(tmp_path: Path) -> None:
    """Parameters that share memory come back with equal values."""
    model = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
    model[1].weight = model[0].weight
    folder = RunFolder(tmp_path)
    folder.save_weights(copy_weights(model))
    other = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
    folder.load_weights(other)

    assert torch.equal(other[0].weight, model[0].weight)
    assert torch.equal(other[1].weight, model[0].weight)
    assert torch.equal(other[1].bias, model[1].bias)


def test_weights_are_written_once_per_second_and_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock is ours here; on leaving, the last good weights are on disk."""
    monkeypatch.setattr("rampup.pipeline.folder.time.monotonic", lambda: now)
    model, folder, on_disk = (
        nn.Linear(1, 1, bias=False),
        RunFolder(tmp_path),
        nn.Linear(1, 1, False),
    )
    keeper, seen = Keeper(folder), []
    for value in range(5):
        now = 100.0 + 0.4 * value
        nn.init.constant_(model.weight, value)
        keeper.keep(model)
        folder.load_weights(on_disk)
        seen.append(on_disk.weight.item())
    nn.init.constant_(model.weight, 99)
    with pytest.raises(ZeroDivisionError), keeper:
        _ = 1 / 0

    assert seen == [0, 0, 0, 3, 3]
    folder.load_weights(on_disk)
    assert on_disk.weight.item() == 4


def test_without_a_folder_nothing_is_kept(here: Path) -> None:
    with Keeper(None) as keeper:
        keeper.keep(nn.Linear(1, 1))

    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "config.toml",
            None,
            "{run} holds no run of rampup; give a folder that rampup train wrote",
        ),
        (
            "model.safetensors",
            None,
            ("no weights can be read from {run}/model.safetensors: No such file or directory"),
        ),
        (
            "model.safetensors",
            b"x",
            (
                "{run}/model.safetensors does not fit the model: Error while "
                "deserializing: header too small"
            ),
        ),
        (
            "preprocess.json",
            b"{}",
            "the saved preprocessing is damaged (KeyError('columns')); train the run again",
        ),
    ],
)
def test_a_damaged_run_is_refused(
    default_run: Run, tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(default_run.folder, folder)
    (folder / name).unlink() if content is None else (folder / name).write_bytes(content)
    with pytest.raises(RunFolderError) as error:
        saved(folder)

    assert str(error.value) == said.replace("{run}", str(folder))


def test_weights_of_another_model_are_refused_in_one_line(
    default_run: Run, table_run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(default_run.folder, folder)
    shutil.copy(table_run.folder / "model.safetensors", folder)
    with pytest.raises(RunFolderError, match=r"does not fit the model: .*size mismatch") as error:
        saved(folder)

    assert "\n" not in str(error.value)
