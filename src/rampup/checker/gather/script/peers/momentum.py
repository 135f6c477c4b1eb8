"""The momentum that OneCycleLR and CyclicLR move against the rate.

Reference: torch 2.13, torch/optim/lr_scheduler.py.
"""

from collections.abc import Sequence

from rampup.checker.gather.script.peers.peer import Group, Optimizer


def moves(optimizer: Optimizer) -> str:
    """Return the entry that holds the momentum, "betas" or "momentum"; "" where no one knows.

    Raises:
        ValueError: the optimizer is known to have none.
    """
    known = optimizer.defaults if optimizer.defaults is not None else optimizer.groups[0]
    for entry in ("betas", "momentum"):
        if entry in known:
            return entry
    if optimizer.defaults is not None:
        raise ValueError(
            "optimizer must support momentum or beta1 with `cycle_momentum` option enabled"
        )
    return ""


def set_momentum(group: Group, entry: str, value: float) -> None:
    """Write the momentum, which is the first of `betas`."""
    if entry:
        group[entry] = (value, *group["betas"][1:]) if entry == "betas" else value


def set_bounds(
    optimizer: Optimizer, entry: str, highest: Sequence[float], lowest: Sequence[float]
) -> None:
    """Write the first momentum and both bounds, where torch's constructors leave them."""
    for group, high, low in zip(optimizer.groups, highest, lowest, strict=True):
        set_momentum(group, entry, high)
        group["max_momentum"] = high
        group["base_momentum"] = low
