"""The race folder: finished chunks are never written again, the running one keeps checkpoints.

`race.json` says what is raced, `chunk-0000.safetensors` holds what became of the first members,
and `chunk-0001.part` the state of those that are running.
"""

import hashlib
import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from rampup.errors import RunFolderError
from rampup.pipeline.folder import write_atomically
from rampup.races.batch import Outcome
from rampup.races.engine import Choice
from rampup.races.members import Grid
from rampup.races.task import Task
from rampup.races.update import Rule

RACE: Final = "race.json"
CONFIG: Final = "config.toml"
"""What the command line was asked for; it is there before the race begins."""

SCHEMA: Final = 1

SECONDS_BETWEEN_CHECKPOINTS: Final = 5.0
"""How often the state of running members is written at most."""

Tensors = dict[str, torch.Tensor]


def description(task: Task, grid: Grid, halving: bool) -> dict[str, Any]:
    """Return what decides the outcome of a race, as plain JSON data."""
    rule = task.optimizer
    plain = {"name": rule.name, **rule.options} if isinstance(rule, Rule) else "a function"
    model = task.model(grid.seeds[0])
    return {
        "schedules": {name: str(schedule) for name, schedule in grid.schedules.items()},
        "lrs": list(grid.lrs),
        "seeds": list(grid.seeds),
        "run": task.horizon.to_dict(),
        "batch_size": task.batch_size,
        "optimizer": json.loads(json.dumps(plain)),
        "clip_norm": task.clip_norm,
        "halving": halving,
        "data": _digest([task.x, task.y, *(task.held_out or ())]),
        "model": _digest(model.state_dict().values()),
    }


class RaceFolder:
    """A folder with one race in it; an interrupted race goes on where it was.

    Args:
        path: the folder; created where it is missing.
        described: from `description`.

    Raises:
        RunFolderError: another race is in it, or something else, or it cannot be written.
    """

    def __init__(self, path: Path, described: dict[str, Any]) -> None:
        self.path = path
        self._described = described
        self._next = time.monotonic() + SECONDS_BETWEEN_CHECKPOINTS
        try:
            path.mkdir(parents=True, exist_ok=True)
            empty = all(file.name == CONFIG for file in path.iterdir())
        except OSError as error:
            raise RunFolderError(f"{path} cannot be written: {error.strerror}") from None
        self._known = None if empty else self._read()

    def _read(self) -> dict[str, Any]:
        try:
            known: dict[str, Any] = json.loads((self.path / RACE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise RunFolderError(
                f"{self.path} is not empty and holds no race of rampup; choose another folder"
            ) from None
        for key, value in self._described.items():
            if known["race"].get(key) != value:
                raise RunFolderError(
                    f"{self.path} holds another race: its {key} was "
                    f"{_short(known['race'].get(key))} and is {_short(value)} now; "
                    "choose another folder"
                )
        return known

    def choice(self) -> Choice | None:
        """Return how the race in it is run, or None where it is new."""
        return None if self._known is None else Choice(**self._known["choice"])

    def begin(self, choice: Choice) -> None:
        """Write what is raced, and how."""
        chosen = {name: getattr(choice, name) for name in choice.__slots__}
        plain = {"schema": SCHEMA, "race": self._described, "choice": chosen}
        text = json.dumps(plain, indent=1, ensure_ascii=False)
        write_atomically(self.path / RACE, text.encode())

    def finished(self, chunk: int) -> Outcome | None:
        """Return what became of a chunk, or None where it is not finished."""
        saved = self._load(self._whole(chunk))
        return None if saved is None else Outcome(**{k: v.numpy() for k, v in saved.items()})

    def finish(self, chunk: int, outcome: Outcome) -> None:
        """Keep what became of a chunk; its checkpoint is no longer needed."""
        values = {n: torch.from_numpy(getattr(outcome, n)).contiguous() for n in outcome.__slots__}
        write_atomically(self._whole(chunk), save(values))
        self._part(chunk).unlink(missing_ok=True)

    def checkpoint(self, chunk: int) -> Tensors | None:
        """Return the last state of a chunk that was not finished, or None."""
        return self._load(self._part(chunk))

    def due(self) -> bool:
        """Return whether it is time for a checkpoint."""
        return time.monotonic() >= self._next

    def keep(self, chunk: int, state: Tensors) -> None:
        """Write the state of a chunk, at once or not at all."""
        whole = {name: value.contiguous() for name, value in state.items()}
        write_atomically(self._part(chunk), save(whole))
        self._next = time.monotonic() + SECONDS_BETWEEN_CHECKPOINTS

    def _whole(self, chunk: int) -> Path:
        return self.path / f"chunk-{chunk:04d}.safetensors"

    def _part(self, chunk: int) -> Path:
        return self.path / f"chunk-{chunk:04d}.part"

    def _load(self, path: Path) -> Tensors | None:
        if not path.is_file():
            return None
        try:
            return load(path.read_bytes())
        except (OSError, SafetensorError) as error:
            raise RunFolderError(
                f"{path} cannot be read: {error}; remove it to race again"
            ) from None


def _digest(tensors: Iterable[torch.Tensor]) -> str:
    """Return a short text that differs where the numbers differ."""
    found = hashlib.sha256()
    for tensor in tensors:
        found.update(f"{tensor.dtype}{tuple(tensor.shape)}".encode())
        found.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return found.hexdigest()[:16]


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
