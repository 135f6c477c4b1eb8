"""Read what a checkpoint holds, as plain data. Nothing in it is run.

Files of `torch.save` are read with `weights_only=True`, safetensors by their keys alone.
"""

import json
import pickle
import re
import tomllib
import warnings
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError, safe_open

from rampup.errors import CheckError
from rampup.trace.sources import JOURNAL, STATE

CONFIG: Final = "config.toml"

PARTS: Final = {
    "optimizer": ("optimizer.pt", "optimizer.bin"),
    "scheduler": ("scheduler.pt", "scheduler.bin"),
}
"""Files of a checkpoint folder of transformers, and of accelerate."""

_NAMED: Final = re.compile(r"(?:GLOBAL|class|type|function) ['\"]?([\w.]+\.[\w.]+)")

KNOWN: Final = (
    f"a file of torch.save, a .safetensors file, a folder with optimizer.pt and {STATE}, "
    f"a run folder or a .toml configuration"
)


def read(path: Path) -> dict[str, Any]:
    """Return what a checkpoint or a configuration holds.

    A configuration stands under `"config"`, the state of a transformers Trainer under
    `"trainer_state"`.

    Args:
        path: a file or a folder.

    Raises:
        CheckError: it cannot be read, or reading it would run code.
    """
    if path.is_dir():
        return _folder(path)
    if not path.exists():
        raise CheckError(f"{path} cannot be checked: there is no such file; name {KNOWN}")
    if path.suffix == ".toml":
        return {"config": _toml(path)}
    if path.suffix == ".safetensors":
        return dict.fromkeys(_tensor_names(path))
    if path.name == STATE:
        return {"trainer_state": _json(path)}
    held = _torch_file(path)
    return held if isinstance(held, dict) else {"": held}


def _folder(path: Path) -> dict[str, Any]:
    held: dict[str, Any] = {}
    for part, names in PARTS.items():
        for name in names:
            if (path / name).is_file():
                held[part] = _torch_file(path / name)
    if (path / STATE).is_file():
        held["trainer_state"] = _json(path / STATE)
    if (path / CONFIG).is_file():
        held["config"] = _toml(path / CONFIG)
        if (path / JOURNAL).is_file():
            held["journal"] = path / JOURNAL
    if held:
        return held
    numbered = [one for one in path.glob("checkpoint-*") if one.name[11:].isdecimal()]
    if numbered:
        return _folder(max(numbered, key=lambda one: int(one.name[11:])))
    raise CheckError(f"{path} holds no checkpoint; name {KNOWN}")


def _torch_file(path: Path) -> Any:
    try:
        with warnings.catch_warnings():  # of pickle protocols, before the refusal that follows
            warnings.simplefilter("ignore")
            try:
                return torch.load(path, map_location="cpu", weights_only=True, mmap=True)
            except RuntimeError:  # the older format cannot be mapped
                return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        named = _NAMED.search(str(error))
        what = f"call {named[1]}" if named else "run code"
        raise CheckError(
            f"{path} is not read, because loading it would {what}; "
            "save state dicts, which hold plain data alone"
        ) from None
    except Exception as error:  # whatever a damaged file makes of torch
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise CheckError(f"{path} cannot be read as a checkpoint: {reason}; name {KNOWN}") from None


def _tensor_names(path: Path) -> list[str]:
    try:
        with safe_open(path, framework="numpy") as file:
            return [str(name) for name in file.keys()]  # noqa: SIM118 - no mapping
    except (OSError, SafetensorError) as error:
        raise CheckError(f"{path} cannot be read as safetensors: {error}; name {KNOWN}") from None


def _json(path: Path) -> dict[str, Any]:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(held, dict):
            raise TypeError("it is no JSON object")
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise CheckError(f"{path} cannot be read: {error}; name {KNOWN}") from None
    return held


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise CheckError(f"{path} cannot be read: {error}; name {KNOWN}") from None
