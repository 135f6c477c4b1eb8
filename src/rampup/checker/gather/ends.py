"""What a live scheduler says of its own length: where it is over, and whether it comes back."""

from typing import Any, Final

from rampup.checker.gather.twin import unwrapped

_LENGTHS: Final = ("total_steps", "T_max", "total_iters")
"""What torch's classes call the number of steps after which they are over."""

_CYCLIC: Final = ("CosineAnnealingWarmRestarts", "CyclicLR")


def ends_of(scheduler: Any) -> int | None:
    """Return after how many steps a scheduler is over; None where it says nothing.

    Example:
        >>> import torch
        >>> optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
        >>> ends_of(torch.optim.lr_scheduler.LinearLR(optimizer, total_iters=7))
        7
    """
    scheduler = unwrapped(scheduler)
    if is_cyclic(scheduler):
        return None
    plan = getattr(scheduler, "plan", None)
    if plan is not None:  # ours
        return int(plan.horizon.updates)
    parts = getattr(scheduler, "_schedulers", None)
    if parts is not None:
        ends = [ends_of(part) for part in parts]
        milestones = getattr(scheduler, "_milestones", None)
        if milestones is not None:
            last = ends[-1]
            return None if last is None else last + (milestones[-1] if milestones else 0)
        return None if None in ends else max(end for end in ends if end is not None)
    if hasattr(scheduler, "milestones"):
        return int(max(scheduler.milestones, default=0)) or None
    for name in _LENGTHS:
        if hasattr(scheduler, name):
            return int(getattr(scheduler, name))
    asked = [_keywords(factor).get("num_training_steps") for factor in _factors(scheduler)]
    return max((int(steps) for steps in asked if isinstance(steps, int)), default=None)


def is_cyclic(scheduler: Any) -> bool:
    """Return whether a scheduler goes up again on purpose."""
    scheduler = unwrapped(scheduler)
    names = {one.__name__ for one in type(scheduler).__mro__}
    if names & set(_CYCLIC):
        return True
    if any(
        "num_cycles" in _keywords(factor) and _restarts(factor) for factor in _factors(scheduler)
    ):
        return True
    return any(is_cyclic(part) for part in getattr(scheduler, "_schedulers", ()))


def _factors(scheduler: Any) -> list[Any]:
    return [factor for factor in getattr(scheduler, "lr_lambdas", ()) if factor is not None]


def _keywords(factor: Any) -> dict[str, Any]:
    """Return what a `functools.partial`, as transformers makes them, was given."""
    return dict(getattr(factor, "keywords", {}) or {})


def _restarts(factor: Any) -> bool:
    return "restarts" in getattr(getattr(factor, "func", None), "__name__", "")
