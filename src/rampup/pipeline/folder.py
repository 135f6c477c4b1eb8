"""The run folder: what is in it, how it is written so that a crash leaves it readable."""

import json
import re
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import nn

from rampup.errors import RunFolderError
from rampup.pipeline.config import Config
from rampup.pipeline.preprocess import Preprocess

CONFIG: Final = "config.toml"
TRACE: Final = "trace.jsonl"
WEIGHTS: Final = "model.safetensors"
PREPROCESS: Final = "preprocess.json"
FILES: Final = (CONFIG, TRACE, WEIGHTS, PREPROCESS)

SECONDS_BETWEEN_WRITES: Final = 1.0
"""How often the weights of a running training are written at most."""


def next_name(runs: Path, kind: str) -> Path:
    """Return the first folder `train-001`, `train-002` … of its kind after those in `runs`."""
    taken = [
        int(match[1])
        for path in (runs.iterdir() if runs.is_dir() else ())
        if (match := re.fullmatch(rf"{kind}-(\d+)", path.name))
    ]
    return runs / f"{kind}-{max(taken, default=0) + 1:03d}"


def check_free(folder: Path, *, overwrite: bool) -> None:
    """Refuse a folder that exists, unless it is empty or an older run that may be overwritten.

    Raises:
        RunFolderError: it holds something.
    """
    if folder.exists() and not folder.is_dir():
        raise RunFolderError(f"{folder} is a file; choose another name with --out")
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not overwrite:
        raise RunFolderError(
            f"{folder} exists already; choose another name with --out, "
            "or replace it with --overwrite"
        )
    if not (folder / CONFIG).is_file():
        raise RunFolderError(
            f"{folder} is not empty and holds no run of rampup, so it is not overwritten; "
            "choose another name with --out"
        )


Weights = dict[str, torch.Tensor]


def copy_weights(model: nn.Module) -> Weights:
    """Return a copy of the parameters and buffers of `model`, by name.

    Tied parameters are copied each on its own, because the file format refuses shared memory.
    """
    return {
        name: value.detach().clone(memory_format=torch.contiguous_format)
        for name, value in model.state_dict().items()
    }


class Keeper:
    """Keeps the weights of the last good epoch: in memory always, on disk once per second.

    Short epochs would otherwise spend their time on writing files; a killed process loses at
    most the last second. On leaving, also by an error, the last good weights are written.

    Args:
        folder: where to, or None to keep nothing.
    """

    def __init__(self, folder: "RunFolder | None") -> None:
        self._folder = folder
        self._pending: Weights | None = None
        self._next = 0.0

    def keep(self, model: nn.Module) -> None:
        """Take the weights of `model` as the last good ones."""
        if self._folder is None:
            return
        self._pending = copy_weights(model)
        if time.monotonic() >= self._next:
            self._write()

    def _write(self) -> None:
        if self._folder is not None and self._pending is not None:
            self._folder.save_weights(self._pending)
            self._pending = None
            self._next = time.monotonic() + SECONDS_BETWEEN_WRITES

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._write()


class RunFolder:
    """A folder with one run in it.

    Args:
        path: the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, path: Path, config: Config, preprocess: Preprocess) -> "RunFolder":
        """Return a fresh run folder at `path`; the files of an older run in it are removed.

        Raises:
            RunFolderError: it cannot be written.
        """
        folder = cls(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
            for name in FILES:
                (path / name).unlink(missing_ok=True)
            write_atomically(path / CONFIG, config.to_toml().encode())
            text = json.dumps(preprocess.to_dict(), indent=1, ensure_ascii=False)
            write_atomically(path / PREPROCESS, text.encode())
        except OSError as error:
            raise RunFolderError(f"{path} cannot be written: {error.strerror}") from None
        return folder

    def save_weights(self, weights: Weights) -> None:
        """Replace the saved weights, at once or not at all."""
        write_atomically(self.path / WEIGHTS, save(weights))

    def load_weights(self, model: nn.Module) -> None:
        """Put the saved weights into `model`.

        Raises:
            RunFolderError: they are missing, damaged, or another model's.
        """
        path = self.path / WEIGHTS
        try:
            weights: dict[str, torch.Tensor] = load(path.read_bytes())
            model.load_state_dict(weights)
        except OSError as error:
            raise RunFolderError(f"no weights can be read from {path}: {error.strerror}") from None
        except (SafetensorError, RuntimeError) as error:
            reason = " ".join(str(error).split())
            raise RunFolderError(f"{path} does not fit the model: {reason}") from None

    def config(self) -> Config:
        """Return the resolved configuration.

        Raises:
            RunFolderError: there is no run at this path.
        """
        if not (self.path / CONFIG).is_file():
            raise RunFolderError(
                f"{self.path} holds no run of rampup; give a folder that rampup train wrote"
            )
        return Config.of(Config.read(self.path / CONFIG))

    def preprocess(self) -> Preprocess:
        """Return the fitted preprocessing.

        Raises:
            RunFolderError: it is missing or damaged.
        """
        path = self.path / PREPROCESS
        try:
            plain: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RunFolderError(f"no preprocessing can be read from {path}: {error}") from None
        return Preprocess.from_dict(plain)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a killed process leaves the old content or the new, never a part.

    It does not wait for the disk: a power cut may still lose the newest content.
    """
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.replace(path)
