"""torch's CyclicLR.

Reference: torch 2.13, torch/optim/lr_scheduler.py; Smith 2017, Cyclical Learning Rates.
"""

from collections.abc import Callable, Mapping, Sequence
from math import floor
from typing import Any

from rampup.checker.gather.script.peers.momentum import moves, set_bounds, set_momentum
from rampup.checker.gather.script.peers.peer import Asked, Optimizer, count
from rampup.checker.gather.script.peers.stepping import LRScheduler

MODES = ("triangular", "triangular2", "exp_range")


class CyclicLR(LRScheduler):
    """Straight lines from `base_lr` to `max_lr` and back, without an end."""

    CODE = LRScheduler.CODE | {"scale_fn"}

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | Sequence[float],
        max_lr: float | Sequence[float],
        step_size_up: float = 2000,
        step_size_down: float | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float | Sequence[float] = 0.8,
        max_momentum: float | Sequence[float] = 0.9,
        last_epoch: int = -1,
    ) -> None:
        given = optimizer.rates
        low = optimizer.spread("base_lr", base_lr)
        if last_epoch == -1:
            optimizer.write(low)
        self.max_lrs = optimizer.spread("max_lr", max_lr)
        up = float(step_size_up)
        down = up if step_size_down is None else float(step_size_down)
        self.total_size = up + down
        self.step_ratio = up / self.total_size
        if mode not in MODES and scale_fn is None:
            raise ValueError("mode is invalid and scale_fn is None")
        self.mode = mode
        self.gamma = gamma
        self.scale_fn = scale_fn
        self.functions = () if scale_fn is None else (scale_fn,)
        self.scale_mode = scale_mode
        if scale_fn is None:
            self.scale_mode = "iterations" if mode == "exp_range" else "cycle"
        self.cycle_momentum = cycle_momentum
        self.entry = moves(optimizer) if cycle_momentum else ""
        if cycle_momentum:
            self.base_momentums = optimizer.spread("base_momentum", base_momentum)
            self.max_momentums = optimizer.spread("max_momentum", max_momentum)
            if last_epoch == -1:
                set_bounds(optimizer, self.entry, self.max_momentums, self.base_momentums)
        super().__init__(optimizer, last_epoch)
        self.base_lrs = low  # the hidden step took `initial_lr`
        self.given = tuple(given)

    def state(self) -> dict[str, Any]:
        """Return the state; of a plain function nothing is saved."""
        return super().state() | {"_scale_fn_custom": None}

    def take(self, state: Mapping[str, Any]) -> None:
        """Take over a state, which has to be one of this class."""
        _ = state["_scale_fn_custom"]
        super().take({name: value for name, value in state.items() if name != "_scale_fn_custom"})

    def scale(self, cycle: int) -> float:
        """Return how high this cycle, or this step, goes."""
        at = cycle if self.scale_mode == "cycle" else self.last_epoch
        if self.scale_fn is not None:
            return self.scale_fn(at)
        if self.mode == "triangular2":
            return 1 / 2.0 ** (at - 1)
        return float(self.gamma) ** at if self.mode == "exp_range" else 1.0

    def following(self) -> list[float]:
        """Return base_lr + (max_lr − base_lr) × place in the cycle × scale; move the momentum."""
        cycle = floor(1 + self.last_epoch / self.total_size)
        place = 1.0 + self.last_epoch / self.total_size - cycle
        rises = place <= self.step_ratio
        height = place / self.step_ratio if rises else (place - 1) / (self.step_ratio - 1)
        rates = [
            low + (high - low) * height * self.scale(cycle)
            for low, high in zip(self.base_lrs, self.max_lrs, strict=True)
        ]
        if self.cycle_momentum:
            momenta = [
                high - (high - low) * height * self.scale(cycle)
                for low, high in zip(self.base_momentums, self.max_momentums, strict=True)
            ]
            for group, value in zip(self.optimizer.groups, momenta, strict=True):
                set_momentum(group, self.entry, value)
        return rates

    def _asked(self) -> Asked:
        rise = count(self.total_size * self.step_ratio)
        peak, floors = tuple(self.max_lrs), tuple(self.base_lrs)
        return Asked(peak=peak, floor=floors, warmup=rise, cyclic=True)
