"""`standin`: a copy of an optimizer that steps other parameters, with none of its hooks."""

from collections.abc import Mapping
from copy import deepcopy
from functools import partial
from typing import Any

import torch
from torch.optim import Optimizer


def standin(optimizer: Optimizer, instead: Mapping[torch.Tensor, torch.Tensor]) -> Optimizer:
    """Return a deep copy of an optimizer, state included, over other parameters.

    The copy has no hooks, so that its steps count nowhere. What it shares with the original is
    nothing: stepping it leaves the original's parameters, state and rates as they are.

    Args:
        optimizer: any torch optimizer.
        instead: parameter of the optimizer → what the copy has in its place.

    Example:
        >>> weight = torch.nn.Parameter(torch.ones(1))
        >>> other = torch.nn.Parameter(torch.ones(1))
        >>> other.grad = torch.ones(1)
        >>> step(standin(torch.optim.SGD([weight], lr=0.5), {weight: other}))
        >>> weight.item(), other.item()
        (1.0, 0.5)
    """
    # optimizers may keep more than torch's own __getstate__ saves, so that cannot be used
    kept = {
        name: value
        for name, value in vars(optimizer).items()
        if not name.endswith("_hooks") and name != "step"  # torch's schedulers patch `step`
    }
    memo: dict[int, Any] = {id(one): other for one, other in instead.items()}
    copy = object.__new__(type(optimizer))
    Optimizer.__setstate__(copy, deepcopy(kept, memo))
    return copy


def step(copy: Optimizer) -> None:
    """Step a stand-in, past the hooks that torch runs at the step of every optimizer."""
    own = type(copy).step
    unhooked = getattr(own, "__wrapped__", own) if getattr(own, "hooked", False) else own
    partial(unhooked, copy)()
