"""torch's CosineAnnealingWarmRestarts.

Reference: torch 2.13, torch/optim/lr_scheduler.py; Loshchilov & Hutter 2017, SGDR.
"""

from math import cos, floor, log, pi

from rampup.checker.gather.script.peers.peer import Asked, Optimizer
from rampup.checker.gather.script.peers.stepping import LRScheduler


class CosineAnnealingWarmRestarts(LRScheduler):
    """Cosine falls from base to `eta_min`, each `T_mult` times as long as the one before."""

    def __init__(
        self,
        optimizer: Optimizer,
        T_0: float,
        T_mult: float = 1,
        eta_min: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        if T_0 <= 0 or not isinstance(T_0, int):
            raise ValueError(f"Expected positive integer T_0, but got {T_0}")
        if T_mult < 1 or not isinstance(T_mult, int):
            raise ValueError(f"Expected integer T_mult >= 1, but got {T_mult}")
        self.T_0 = T_0
        self.T_i = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def following(self) -> list[float]:
        """Return eta_min + (base − eta_min) × (1 + cos(πT_cur/T_i))/2."""
        wave = 1 + cos(pi * self.T_cur / self.T_i)
        return [self.eta_min + (base - self.eta_min) * wave / 2 for base in self.base_lrs]

    def advance(self, epoch: float | None = None) -> None:
        """Move one on, or to `epoch`, which may lie between two whole ones."""
        if epoch is None and self.last_epoch < 0:
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        else:
            self.find(epoch)
        self.last_epoch = floor(epoch)
        self.optimizer.write(self.following())
        self.last_lr = self.optimizer.rates

    def find(self, epoch: float) -> None:
        """Set the length of the cycle that `epoch` lies in, and the place in it."""
        if epoch < 0:
            raise ValueError(f"Expected non-negative epoch, but got {epoch}")
        if epoch < self.T_0:
            self.T_i = self.T_0
            self.T_cur = epoch
        elif self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        else:
            cycle = int(log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
            before = self.T_0 * (self.T_mult**cycle - 1) / (self.T_mult - 1)
            self.T_cur = epoch - before
            self.T_i = self.T_0 * self.T_mult**cycle

    def _asked(self) -> Asked:
        return Asked(peak=self.given, floor=tuple(self.eta_min for _ in self.given), cyclic=True)
