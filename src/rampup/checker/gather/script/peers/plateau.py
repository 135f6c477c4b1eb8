"""torch's ReduceLROnPlateau.

Reference: torch 2.13, torch/optim/lr_scheduler.py.
"""

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from rampup.checker.gather.script.peers.peer import Asked, Optimizer, Peer


class ReduceLROnPlateau(Peer):
    """Rate × factor when a metric has not become better for `patience` steps."""

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: float = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: float = 0,
        min_lr: float | Sequence[float] = 0,
        eps: float = 1e-8,
    ) -> None:
        if factor >= 1.0:
            raise ValueError("Factor should be < 1.0.")
        super().__init__(optimizer)
        self.multiplier = factor
        groups = len(optimizer.groups)
        self.default_min_lr: float | None
        if isinstance(min_lr, Sequence):
            if len(min_lr) != groups:
                raise ValueError(f"expected {groups} min_lrs, got {len(min_lr)}")
            self.default_min_lr = None
            self.min_lrs = list(min_lr)
        else:
            self.default_min_lr = min_lr
            self.min_lrs = [min_lr] * groups
        self.patience = patience
        self.cooldown = cooldown
        self.eps = eps
        self.last_epoch = 0
        self.mode = mode
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self.refuse()
        self.best = inf if mode == "min" else -inf
        self.cooldown_counter: float = 0
        self.num_bad_epochs = 0

    def refuse(self) -> None:
        """Raise where torch does not know a mode."""
        if self.mode not in ("min", "max"):
            raise ValueError(f"mode {self.mode} is unknown!")
        if self.threshold_mode not in ("rel", "abs"):
            raise ValueError(f"threshold mode {self.threshold_mode} is unknown!")

    def advance(
        self, metrics: float | None = None, epoch: int | None = None, *, metric: float | None = None
    ) -> None:
        """Take a metric in, and drop the rates where it is time."""
        value = metrics if metrics is not None else metric
        if value is None:
            raise TypeError(
                "ReduceLROnPlateau.advance() missing 1 required positional argument: 'metrics'"
            )
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self.better(float(value)):
            self.best = float(value)
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self.drop()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
        self.last_lr = self.optimizer.rates

    def better(self, value: float) -> bool:
        """Return whether `value` is better than the best so far, by more than the threshold."""
        relative = self.threshold_mode == "rel"
        if self.mode == "min":
            bound = self.best * (1.0 - self.threshold) if relative else self.best - self.threshold
            return value < bound
        bound = self.best * (self.threshold + 1.0) if relative else self.best + self.threshold
        return value > bound

    def drop(self) -> None:
        """Lower every rate that falls by more than `eps`."""
        groups = self.optimizer.groups
        if len(groups) != len(self.min_lrs):
            if self.default_min_lr is None:
                raise RuntimeError(
                    f"The number of param groups in the `optimizer` ({len(groups)}) differs from "
                    f"when `ReduceLROnPlateau` was initialized ({len(self.min_lrs)}), usually due "
                    "to a new param group being added to the optimizer. Please modify the "
                    "`min_lrs` field to match the length of the `optimizer` param groups."
                )
            self.min_lrs = [self.default_min_lr] * len(groups)
        for group, low in zip(groups, self.min_lrs, strict=True):
            lower = max(group["lr"] * self.multiplier, low)
            if group["lr"] - lower > self.eps:
                group["lr"] = lower

    def take(self, state: Mapping[str, Any]) -> None:
        """Take over a state, and refuse the modes that it may bring."""
        super().take(state)
        self.refuse()

    def _asked(self) -> Asked:
        return Asked(peak=self.given)
