"""The clock: it counts the updates that really happened, and nothing else."""

from collections.abc import Callable
from typing import Any

from torch.optim import Optimizer


class Clock:
    """Counts the real updates of an optimizer, through its step hook.

    An update that a `GradScaler` skips is not counted: plain optimizers are not stepped at all
    then, fused ones are stepped with `found_inf` set and leave the weights as they are.

    Args:
        optimizer: whose updates are counted.
        on_update: called with the new count after each.
    """

    def __init__(self, optimizer: Optimizer, on_update: Callable[[int], None]) -> None:
        self.updates = 0
        self._on_update = on_update
        self._handle = optimizer.register_step_post_hook(self._after_step)

    def _after_step(self, optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        found_inf = getattr(optimizer, "found_inf", None)
        if found_inf is not None and bool(found_inf):
            return
        self.updates += 1
        self._on_update(self.updates)

    def detach(self) -> None:
        """Stop counting and leave no hook on the optimizer."""
        self._handle.remove()
