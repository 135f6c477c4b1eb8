"""Hyper-parameters of a parameter group by name: `"lr"`, `"weight_decay"`, `"betas.0"`."""

from typing import Any

import torch

from rampup.errors import StateError
from rampup.units import plain

Group = dict[str, Any]


def cell(group: Group, name: str) -> Any:
    """Return what a group holds under `name`: a number or a tensor.

    Args:
        group: of an optimizer.
        name: a key; `"betas.0"` is the first of the numbers under `"betas"`.

    Raises:
        StateError: the group holds no such number.

    Example:
        >>> cell({"lr": 0.1, "betas": (0.9, 0.999)}, "betas.1")
        0.999
    """
    key, _, index = name.partition(".")
    value = group.get(key)
    if index and isinstance(value, tuple | list):
        value = value[int(index)] if index.isdigit() and int(index) < len(value) else None
    elif index:
        value = None
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, int | float | torch.Tensor):
        numbers = [k for k, v in group.items() if isinstance(v, int | float | torch.Tensor)]
        numbers = [k for k in numbers if not isinstance(group[k], bool)]
        numbers += [
            f"{k}.{i}" for k, v in group.items() if isinstance(v, tuple) for i in range(len(v))
        ]
        raise StateError(
            f"{name!r} is no number of this optimizer's groups; there are {', '.join(numbers)}"
        )
    return value


def put(group: Group, name: str, value: float) -> None:
    """Write a number under `name`; a tensor keeps its identity and is filled.

    Example:
        >>> group = {"betas": (0.9, 0.999)}
        >>> put(group, "betas.0", 0.5)
        >>> group
        {'betas': (0.5, 0.999)}
    """
    now = cell(group, name)
    if isinstance(now, torch.Tensor):
        now.fill_(value)
        return
    replace(group, name, value)


def replace(group: Group, name: str, value: Any) -> None:
    """Set what a group holds under `name`, whatever it was."""
    key, _, index = name.partition(".")
    if not index:
        group[key] = value
        return
    numbers = list(group[key])
    numbers[int(index)] = value
    group[key] = type(group[key])(numbers)
