"""The first and the last event of a loop that someone else wrote: what ran, where, how it ended."""

import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from rampup.errors import DivergedError
from rampup.recorder.layers import is_compiled
from rampup.trace.record import SCHEMA, Header


def header(
    model: nn.Module,
    optimizer: Optimizer,
    scheduler: LRScheduler | None,
    seed: int | None,
    config: Mapping[str, Any],
) -> Header:
    """Return what can be read off the objects, and what the user adds.

    Args:
        model: its class and its number of parameters are noted.
        optimizer: its class and the plain settings of its groups.
        scheduler: its class, and its schedule where it has one.
        seed: what the user seeded with, if that is told.
        config: added to it; wins where a name is the same.
    """
    from rampup import __version__

    groups = [
        {
            name: plain
            for name, value in group.items()
            if name not in ("params", "rampup")
            and isinstance(plain := _plain(value), bool | int | float | str | list)
        }
        for group in optimizer.param_groups
    ]
    found: dict[str, Any] = {
        "model": type(getattr(model, "_orig_mod", model)).__name__,
        "parameters": sum(p.numel() for p in model.parameters()),
        "optimizer": type(optimizer).__name__,
        "options": groups[0],
    }
    if len(groups) > 1:
        found["groups"] = [
            {name: value for name, value in group.items() if groups[0].get(name) != value}
            for group in groups
        ]
    if scheduler is not None:
        found["scheduler"] = type(scheduler).__name__
        schedule = getattr(scheduler, "schedule", None)
        if schedule is not None:
            found["schedule"] = str(schedule)
    if seed is not None:
        found["seed"] = seed
    return Header(
        schema=SCHEMA,
        rampup=__version__,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        config=found | {str(name): _plain(value) for name, value in config.items()},
        environment={
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": np.__version__,
            "platform": platform.platform(),
            "threads": torch.get_num_threads(),
            "devices": sorted({str(p.device) for p in model.parameters()}),
            "dtypes": sorted({str(p.dtype).removeprefix("torch.") for p in model.parameters()}),
            "compiled": is_compiled(model),
            "deterministic": torch.are_deterministic_algorithms_enabled(),
            "cudnn benchmark": torch.backends.cudnn.benchmark,
            "matmul precision": torch.get_float32_matmul_precision(),
        },
    )


def ending(error: BaseException | None) -> tuple[str, str]:
    """Return how a run ended, as `End` has it, and why."""
    if error is None:
        return "finished", ""
    if isinstance(error, DivergedError):
        return "diverged", str(error)
    return "failed", f"{type(error).__name__}: {error}"


def _plain(value: Any) -> Any:
    """Return `value` as JSON has it; what JSON does not know becomes text."""
    if isinstance(value, torch.Tensor | np.generic) and np.prod(value.shape) == 1:
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return str(value)
