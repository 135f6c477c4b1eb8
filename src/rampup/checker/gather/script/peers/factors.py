"""torch's schedulers that call a function: LambdaLR, MultiplicativeLR.

Reference: torch 2.13, torch/optim/lr_scheduler.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from rampup.checker.gather.script.peers.peer import Asked, Factor, Optimizer
from rampup.checker.gather.script.peers.stepping import LRScheduler


class _Calling(LRScheduler):
    def __init__(
        self, optimizer: Optimizer, lr_lambda: Factor | Sequence[Factor], last_epoch: int = -1
    ) -> None:
        groups = len(optimizer.groups)
        if callable(lr_lambda):
            lr_lambda = [lr_lambda] * groups
        elif len(lr_lambda) != groups:
            raise ValueError(f"Expected {groups} lr_lambdas, but got {len(lr_lambda)}")
        self.functions = tuple(lr_lambda)
        super().__init__(optimizer, last_epoch)

    def state(self) -> dict[str, Any]:
        """Return the state; of a plain function nothing is saved."""
        return super().state() | {"lr_lambdas": [None] * len(self.functions)}

    def take(self, state: Mapping[str, Any]) -> None:
        """Take over a state, which has to be one of this class."""
        _ = state["lr_lambdas"]
        super().take({name: value for name, value in state.items() if name != "lr_lambdas"})

    def times(self, rates: Sequence[float]) -> list[float]:
        """Return each rate times its factor now, called in the order of the groups."""
        values = []
        for function, rate in zip(self.functions, rates, strict=True):
            factor = function(self.last_epoch)
            values.append(rate * factor)
            # a factor that cannot be compared, such as NaN, is not the largest
            if self.largest is None or factor > self.largest:
                self.largest = factor
        return values

    def _asked(self) -> Asked:
        return Asked(peak=self.given)


class LambdaLR(_Calling):
    """Base rate × factor(index)."""

    def following(self) -> list[float]:
        """Return base × factor."""
        return self.times(self.base_lrs)


class MultiplicativeLR(_Calling):
    """Rate before × factor(index)."""

    def following(self) -> list[float]:
        """Return rate × factor; the first step calls no function."""
        return self.optimizer.rates if self.starting else self.times(self.optimizer.rates)
