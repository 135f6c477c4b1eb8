"""Runs a training script for real, and returns the rates that its updates used."""

import contextlib
import io
import json
import os
import random
import runpy
import socket
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import numpy as np
import torch
from torch import distributed
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_pre_hook

Rates = list[tuple[float, ...]]


@dataclass(slots=True)
class Trained:
    """One optimizer of a script, as it was used.

    Args:
        rates: rates of its updates, one number for each group.
        moved: its updates changed a weight, which may have been put back since.
        finite: its weights are finite in the end.
    """

    rates: Rates
    moved: bool = False
    finite: bool = False


@dataclass(slots=True)
class Outcome:
    """What a script did.

    Args:
        optimizers: in the order of their first update.
        losses: value of everything that was backpropagated.
        warned: texts of the warnings about schedulers.
        printed: what it printed.
        error: what it raised; None where it reached its end.
    """

    optimizers: list[Trained] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    printed: str = ""
    error: Exception | None = None


def execute(script: Path, folder: Path, *argv: str, torchrun: bool = False) -> Outcome:
    """Run a script or a notebook as the main program, in `folder` and with seed 0.

    Args:
        script: its file.
        folder: where it runs; what it writes stays there.
        argv: its arguments.
        torchrun: set what `torchrun` sets for one process.
    """
    outcome = Outcome()
    printed = io.StringIO()
    watch = _Watch(outcome)
    with (
        contextlib.chdir(folder),
        mock.patch.object(sys, "argv", [str(script), *argv]),
        mock.patch.dict(os.environ, _torchrun() if torchrun else {}),
        mock.patch.object(torch.Tensor, "backward", watch.backward(torch.Tensor.backward)),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(io.StringIO()),
        torch.random.fork_rng(),
        warnings.catch_warnings(record=True) as caught,
        _called(watch.before_step),
        _timm_without_its_models(),
    ):
        warnings.simplefilter("always")
        _seed()
        try:
            _run(script)
        except SystemExit as left:
            if left.code:
                outcome.error = RuntimeError(f"left with {left.code}")
        except Exception as error:
            outcome.error = error
        finally:
            if distributed.is_initialized():
                distributed.destroy_process_group()
    watch.close()
    outcome.printed = printed.getvalue()
    outcome.warned = [str(one.message) for one in caught if "lr_scheduler" in str(one.message)]
    return outcome


def cells(notebook: Path) -> list[str]:
    """Return the code cells of a notebook, without the magics that only Jupyter knows."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    return [
        "".join(line for line in cell["source"] if not line.startswith(("%", "!")))
        for cell in content["cells"]
        if cell["cell_type"] == "code"
    ]


def _run(script: Path) -> None:
    if script.suffix == ".ipynb":
        space: dict[str, Any] = {"__name__": "__main__"}
        for cell in cells(script):
            exec(compile(cell, str(script), "exec"), space)
    else:
        runpy.run_path(str(script), run_name="__main__")


def _seed() -> None:
    torch.manual_seed(0)
    np.random.seed(0)
    random.seed(0)


def _torchrun() -> dict[str, str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    one = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", "LOCAL_WORLD_SIZE": "1"}
    return {**one, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}


@contextlib.contextmanager
def _called(before_step: Callable[..., Any]) -> Iterator[None]:
    handle = register_optimizer_step_pre_hook(before_step)
    try:
        yield
    finally:
        handle.remove()


@contextlib.contextmanager
def _timm_without_its_models() -> Iterator[None]:
    """Let scripts import `timm.scheduler`; the rest of timm needs torchvision."""
    spec = find_spec("timm")
    if spec is not None:
        package = ModuleType("timm")
        package.__path__ = list(spec.submodule_search_locations or ())
        sys.modules["timm"] = package
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "timm"]:
            del sys.modules[name]


class _Watch:
    """Notes the rates in the instant before each update, and every loss."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self._known: dict[int, tuple[Optimizer, Trained, list[torch.Tensor]]] = {}

    def before_step(self, optimizer: Optimizer, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        if getattr(optimizer, "found_inf", None):  # a fused step that will do nothing
            return None
        closure = args[1] if len(args) > 1 else kwargs.get("closure")
        if closure is None:
            self._note(optimizer)
            return None

        again = False

        def closed() -> Any:  # it may still set the rate, and may be called more than once
            nonlocal again
            loss = closure()
            self._note(optimizer, again=again)
            again = True
            return loss

        if len(args) > 1:
            return (args[0], closed, *args[2:]), kwargs
        return args, {**kwargs, "closure": closed}

    def _note(self, optimizer: Optimizer, *, again: bool = False) -> None:
        if all(one.grad is None for one in _weights(optimizer)):
            return  # such a step updates nothing; plots of schedules make it
        if id(optimizer) not in self._known:
            trained = Trained(rates=[])
            start = [one.detach().clone() for one in _weights(optimizer)]
            self._known[id(optimizer)] = (optimizer, trained, start)
            self._outcome.optimizers.append(trained)
        _, trained, start = self._known[id(optimizer)]
        if again:
            trained.rates.pop()
        trained.rates.append(tuple(float(group["lr"]) for group in optimizer.param_groups))
        trained.moved = trained.moved or _differ(_weights(optimizer), start)

    def backward(self, real: Callable[..., None]) -> Callable[..., None]:
        def noting(tensor: torch.Tensor, *args: Any, **kwargs: Any) -> None:
            if tensor.numel() == 1:
                self._outcome.losses.append(float(tensor.detach()))
            real(tensor, *args, **kwargs)

        return noting

    def close(self) -> None:
        for optimizer, trained, start in self._known.values():
            now = _weights(optimizer)
            trained.finite = all(bool(one.isfinite().all()) for one in now)
            trained.moved = trained.moved or _differ(now, start)


def _differ(now: list[torch.Tensor], start: list[torch.Tensor]) -> bool:
    # groups may have been added
    return any(not torch.equal(one, before) for one, before in zip(now, start, strict=False))


def _weights(optimizer: Optimizer) -> list[torch.Tensor]:
    return [one for group in optimizer.param_groups for one in group["params"]]
