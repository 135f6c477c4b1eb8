"""What a live scheduler says of its own length: where it is over, and whether it comes back."""

from typing import Any

from rampup.checker.gather.asked import asked


def ends_of(scheduler: Any) -> int | None:
    """Return after how many steps nothing more happens; None where it says nothing.

    Of a warmup alone that is its end.

    Example:
        >>> import torch
        >>> optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
        >>> ends_of(torch.optim.lr_scheduler.LinearLR(optimizer, total_iters=7))
        7
    """
    plan = getattr(scheduler, "plan", None)
    if plan is not None:  # ours
        return int(plan.horizon.updates)
    said = asked(scheduler)
    if said.cyclic:
        return None
    if hasattr(scheduler, "milestones"):
        return max(scheduler.milestones, default=None)
    if said.ends is None and not said.parts:
        return said.warmup
    return said.ends


def is_cyclic(scheduler: Any) -> bool:
    """Return whether a scheduler goes up again on purpose."""
    return asked(scheduler).cyclic
