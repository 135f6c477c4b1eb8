"""torch's SWALR.

Reference: torch 2.13, torch/optim/swa_utils.py; Izmailov et al. 2018.
"""

from collections.abc import Sequence
from math import cos, pi

from rampup.checker.gather.script.peers.peer import Asked, Optimizer, count
from rampup.checker.gather.script.peers.stepping import LRScheduler


class SWALR(LRScheduler):
    """From the rate of now to `swa_lr` in `anneal_epochs` steps, and on with it."""

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: float | Sequence[float],
        anneal_epochs: float = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        for group, rate in zip(optimizer.groups, optimizer.spread("swa_lr", swa_lr), strict=True):
            group["swa_lr"] = rate
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self._anneal_strategy = anneal_strategy
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def share(self, step: int) -> float:
        """Return the share of `swa_lr` at a step, in [0, 1]."""
        progress = max(0, min(1, step / max(1, self.anneal_epochs)))
        return progress if self._anneal_strategy == "linear" else (1 - cos(pi * progress)) / 2

    def following(self) -> list[float]:
        """Return the mix of `swa_lr` and the rate that it began with, which it computes back."""
        step = self.step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = self.share(step - 1), self.share(step)
        rates = []
        for group in self.optimizer.groups:
            target = group["swa_lr"]
            began = target if before == 1 else (group["lr"] - before * target) / (1 - before)
            rates.append(target * now + began * (1 - now))
        return rates

    def _asked(self) -> Asked:
        targets = tuple(group["swa_lr"] for group in self.optimizer.groups if "swa_lr" in group)
        return Asked(peak=self.given, floor=targets, ends=count(self.anneal_epochs))
