"""Copies of live schedulers that write to an optimizer of no weights, so that nothing is touched.

A function is copied with all that it can change: the variables it closes over and the globals it
names. What cannot be copied is not evaluated.
"""

import contextlib
import copy
import dis
import io
import random
import warnings
from collections.abc import Iterator
from functools import partial
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader, Dataset

from rampup.errors import CheckError

Memo = dict[int, Any]
"""What was copied, by the id of the original."""

SHARED = (nn.Module, nn.Parameter, DataLoader, Dataset, ModuleType, type)
"""What a schedule may look at and is not copied: it is large, or one of a kind."""


class Standin(Optimizer):
    """An optimizer with the groups and defaults of another one, and without its weights."""

    def __init__(self, of: Optimizer, memo: Memo) -> None:
        groups = [
            {
                **{key: copied(value, memo) for key, value in group.items() if key != "params"},
                "params": [nn.Parameter(torch.empty(0))],
            }
            for group in of.param_groups
        ]
        super().__init__(groups, dict(of.defaults))
        # torch asks whether an update came before the scheduler's first step
        self._opt_called = True

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Do nothing: there is no weight."""

    def tick(self) -> None:
        """Tell those who listen to this very optimizer that an update was made."""
        for hooks in (self._optimizer_step_pre_hooks, self._optimizer_step_post_hooks):
            for hook in list(hooks.values()):
                hook(self, (), {})


def stood_in(schedulers: list[Any]) -> tuple[list[Any], Standin]:
    """Return copies of schedulers of one optimizer, and the stand-in that they write to.

    Raises:
        CheckError: one of them cannot be copied.
    """
    memo: Memo = {}
    try:
        standin = copied(schedulers[0].optimizer, memo)
        return [_instance(one, memo) for one in schedulers], standin
    except Exception as error:
        names = ", ".join(type(one).__name__ for one in schedulers)
        raise CheckError(
            f"could not check {names}: it cannot be copied ({error}), and evaluating it would "
            "change it; let its functions close over plain values"
        ) from error


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Keep random states, standard output and warnings as they are, whatever is called inside."""
    cuda = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()  # type: ignore[no-untyped-call]
    python, numpy = random.getstate(), np.random.get_state()
    with (
        torch.random.fork_rng(devices=list(cuda)),
        contextlib.redirect_stdout(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)


def copied(value: Any, memo: Memo) -> Any:
    """Return a copy of `value` that shares nothing with it that calling it could change."""
    if id(value) in memo:
        return memo[id(value)]
    if isinstance(value, SHARED):
        return value
    memo[-1 - id(value)] = value  # keeps the original alive, so that its id stays its own
    if isinstance(value, Optimizer):
        memo[id(value)] = Standin(value, memo)
    elif isinstance(value, FunctionType):
        return _function(value, memo)
    elif isinstance(value, MethodType):
        memo[id(value)] = MethodType(value.__func__, copied(value.__self__, memo))
    elif isinstance(value, partial):
        parts = [copied(part, memo) for part in (value.func, value.args, value.keywords)]
        memo[id(value)] = partial(parts[0], *parts[1], **parts[2])
    elif type(value) in (list, set):
        memo[id(value)] = new = type(value)()
        add = new.append if isinstance(new, list) else new.add
        for one in value:
            add(copied(one, memo))
    elif type(value) is tuple:
        memo[id(value)] = tuple(copied(one, memo) for one in value)
    elif type(value) is dict:
        memo[id(value)] = new = {}
        new.update({key: copied(one, memo) for key, one in value.items()})
    elif isinstance(value, torch.Tensor):
        memo[id(value)] = value.detach().clone()
    elif _is_plain(type(value)) and hasattr(value, "__dict__"):
        return _instance(value, memo)
    else:
        return copy.deepcopy(value, memo)
    return memo[id(value)]


def _is_plain(kind: type) -> bool:
    """Return whether instances are no more than their attributes."""
    own = {name for one in kind.__mro__ if one is not object for name in vars(one)}
    return own.isdisjoint({"__reduce_ex__", "__reduce__", "__new__", "__deepcopy__"})


def _instance(value: Any, memo: Memo) -> Any:
    """Return a copy of a scheduler or of a callable object, its functions copied too."""
    if id(value) in memo:
        return memo[id(value)]
    new = object.__new__(type(value))
    memo[id(value)] = new
    state = value.__getstate__()
    if not isinstance(state, dict):  # slots, or nothing at all: deepcopy knows how
        del memo[id(value)]
        return copy.deepcopy(value, memo)
    state = {key: copied(one, memo) for key, one in state.items()}
    if hasattr(new, "__setstate__"):
        new.__setstate__(state)
    else:
        vars(new).update(state)
    return new


def _function(value: FunctionType, memo: Memo) -> FunctionType:
    # functions that share a variable, of their module or around them, go on sharing it
    room = memo.setdefault(
        id(value.__globals__), {"__name__": value.__module__, "__builtins__": __builtins__}
    )
    cells = tuple(memo.setdefault(id(cell), CellType()) for cell in value.__closure__ or ())
    new = FunctionType(value.__code__, room, value.__name__, closure=cells or None)
    memo[id(value)] = new
    new.__defaults__ = copied(value.__defaults__, memo)
    new.__kwdefaults__ = copied(value.__kwdefaults__, memo)
    vars(new).update(copied(vars(value), memo))
    for cell, old in zip(cells, value.__closure__ or (), strict=True):
        with contextlib.suppress(ValueError):  # an empty cell
            cell.cell_contents = copied(old.cell_contents, memo)
    for name in _globals(value.__code__) & value.__globals__.keys() - room.keys():
        room[name] = copied(value.__globals__[name], memo)
    return new


def _globals(code: CodeType) -> set[str]:
    """Return the globals that code reads or writes, that of its inner functions too."""
    names = {one.argval for one in dis.get_instructions(code) if one.opname.endswith("_GLOBAL")}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _globals(constant)
    return names
