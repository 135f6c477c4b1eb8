"""Clocks: they count the updates that really happened, and nothing else."""

from collections.abc import Callable
from typing import Any, Final
from warnings import warn

import torch
from torch.compiler import is_compiling
from torch.optim import Optimizer

CLOCKS: Final = ("updates", "calls")


class Clock:
    """Counts the real updates of an optimizer, through its step hook.

    An update that a `GradScaler` skips is not counted: plain optimizers are not stepped at all
    then, fused ones are stepped with `found_inf` set and leave the weights as they are. Reading
    `found_inf` of a fused optimizer waits for the device, as `GradScaler.update` does too.

    Args:
        optimizer: whose updates are counted.
        on_update: called with the new count after each.

    Attributes:
        rehearsal: set it where the step that comes is no update.
    """

    def __init__(self, optimizer: Optimizer, on_update: Callable[[int], None]) -> None:
        self.updates = 0
        self.rehearsal = False
        self._on_update = on_update
        self._warned = False
        self._handle = optimizer.register_step_post_hook(self._after_step)

    def _after_step(self, optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        # What is counted would be a constant of the graph; so would all be that a count leads to.
        # Asked for here alone, since `disable` imports the compiler, which takes a second.
        if is_compiling():
            torch.compiler.disable(self._count_compiled)(optimizer)  # type: ignore[no-untyped-call]
        else:
            self._count(optimizer)

    def _count_compiled(self, optimizer: Optimizer) -> None:
        if not self._warned:
            self._warned = True
            warn(
                "optimizer.step() runs under torch.compile, where the hook that counts updates "
                "breaks the graph; clock='calls' counts scheduler.step() instead",
                stacklevel=2,
            )
        self._count(optimizer)

    def _count(self, optimizer: Optimizer) -> None:
        if self.rehearsal:
            self.rehearsal = False
            return
        found_inf = getattr(optimizer, "found_inf", None)
        if found_inf is not None and bool(found_inf):
            return
        self.updates += 1
        self._on_update(self.updates)

    def detach(self) -> None:
        """Stop counting and leave no hook on the optimizer."""
        self._handle.remove()


class CallClock:
    """Counts what it is told, for a step under `torch.compile`.

    Args:
        on_update: called with the new count after each `tick`.
    """

    def __init__(self, on_update: Callable[[int], None]) -> None:
        self.updates = 0
        self._on_update = on_update

    def tick(self) -> None:
        """Count one update."""
        self.updates += 1
        self._on_update(self.updates)

    def detach(self) -> None:
        """Do nothing: there is no hook."""
