"""torch's schedulers that make each rate from the one before, with the drift that this brings.

`closed` is what they use for `step(epoch)`, and where SequentialLR hands over to them.

Reference: torch 2.13, torch/optim/lr_scheduler.py.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from math import cos, pi

from rampup.checker.gather.script.peers.peer import Asked, Optimizer, count
from rampup.checker.gather.script.peers.stepping import LRScheduler


class StepLR(LRScheduler):
    """Rate × gamma every `step_size` steps."""

    def __init__(
        self, optimizer: Optimizer, step_size: float, gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def following(self) -> list[float]:
        """Return the rates, times gamma at each multiple of `step_size`."""
        drops = self.last_epoch != 0 and self.last_epoch % self.step_size == 0
        return (
            [rate * self.gamma for rate in self.optimizer.rates] if drops else self.optimizer.rates
        )

    def closed(self) -> list[float]:
        """Return base × gamma^⌊k/step_size⌋."""
        factor = float(self.gamma) ** (self.last_epoch // self.step_size)
        return [base * factor for base in self.base_lrs]

    def _asked(self) -> Asked:
        return Asked(peak=self.given)


class MultiStepLR(LRScheduler):
    """Rate × gamma at each milestone."""

    def __init__(
        self,
        optimizer: Optimizer,
        milestones: Sequence[float],
        gamma: float = 0.1,
        last_epoch: int = -1,
    ) -> None:
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def following(self) -> list[float]:
        """Return the rates, times gamma as often as this index is a milestone."""
        if self.last_epoch not in self.milestones:
            return self.optimizer.rates
        factor = self.gamma ** self.milestones[self.last_epoch]
        return [rate * factor for rate in self.optimizer.rates]

    def closed(self) -> list[float]:
        """Return base × gamma^(milestones up to here)."""
        factor = self.gamma ** bisect_right(sorted(self.milestones.elements()), self.last_epoch)
        return [base * factor for base in self.base_lrs]

    def _asked(self) -> Asked:
        return Asked(peak=self.given)


class ConstantLR(LRScheduler):
    """Rate × factor for `total_iters` steps, then the rate."""

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 1.0 / 3,
        total_iters: float = 5,
        last_epoch: int = -1,
    ) -> None:
        if factor > 1.0 or factor < 0:
            raise ValueError("Constant multiplicative factor expected to be between 0 and 1.")
        self.multiplier = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def following(self) -> list[float]:
        """Return the rates; times the factor first, divided by it at `total_iters`."""
        if self.last_epoch == 0:
            return [rate * self.multiplier for rate in self.optimizer.rates]
        if self.last_epoch != self.total_iters:
            return self.optimizer.rates
        return [rate * (1.0 / self.multiplier) for rate in self.optimizer.rates]

    def closed(self) -> list[float]:
        """Return base × factor, from `total_iters` on base."""
        over = self.last_epoch >= self.total_iters
        factor = self.multiplier + over * (1 - self.multiplier)
        return [base * factor for base in self.base_lrs]

    def _asked(self) -> Asked:
        return Asked(peak=self.given, warmup=count(self.total_iters))


class LinearLR(LRScheduler):
    """Base × a line from `start_factor` to `end_factor` over `total_iters` steps."""

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: float = 5,
        last_epoch: int = -1,
    ) -> None:
        if start_factor > 1.0 or start_factor <= 0:
            raise ValueError(
                "Starting multiplicative factor expected to be greater than 0 and less or equal "
                "to 1."
            )
        if end_factor > 1.0 or end_factor < 0:
            raise ValueError("Ending multiplicative factor expected to be between 0 and 1.")
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def following(self) -> list[float]:
        """Return the rates, each times the line here over the line one step before."""
        if self.last_epoch == 0:
            return [rate * self.start_factor for rate in self.optimizer.rates]
        if self.starting or self.last_epoch > self.total_iters:
            return self.optimizer.rates
        rise = self.end_factor - self.start_factor
        before = self.total_iters * self.start_factor + (self.last_epoch - 1) * rise
        return [rate * (1.0 + rise / before) for rate in self.optimizer.rates]

    def closed(self) -> list[float]:
        """Return base × the line."""
        rise = self.end_factor - self.start_factor
        done = min(self.total_iters, self.last_epoch)
        factor = self.start_factor + rise * done / self.total_iters
        return [base * factor for base in self.base_lrs]

    def _asked(self) -> Asked:
        highest = max(self.start_factor, self.end_factor)
        peak = tuple(rate * highest for rate in self.given)
        if self.end_factor >= self.start_factor:
            return Asked(peak=peak, warmup=count(self.total_iters))
        floor = tuple(rate * self.end_factor for rate in self.given)
        return Asked(peak=peak, floor=floor, ends=count(self.total_iters))


class ExponentialLR(LRScheduler):
    """Rate × gamma at every step."""

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def following(self) -> list[float]:
        """Return the rates times gamma; the first step leaves them."""
        factor = 1.0 if self.starting else float(self.gamma)
        return [rate * factor for rate in self.optimizer.rates]

    def closed(self) -> list[float]:
        """Return base × gamma^k."""
        factor = float(self.gamma) ** self.last_epoch
        return [base * factor for base in self.base_lrs]

    def _asked(self) -> Asked:
        return Asked(peak=self.given)


class PolynomialLR(LRScheduler):
    """Base × (1 − k/total_iters)^power."""

    def __init__(
        self,
        optimizer: Optimizer,
        total_iters: float = 5,
        power: float = 1.0,
        last_epoch: int = -1,
    ) -> None:
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def following(self) -> list[float]:
        """Return the rates, each times what is left here over what was left before."""
        if self.starting or self.last_epoch > self.total_iters:
            return self.optimizer.rates
        left = 1.0 - self.last_epoch / self.total_iters
        before = 1.0 - (self.last_epoch - 1) / self.total_iters
        factor = (left / before) ** self.power
        return [rate * factor for rate in self.optimizer.rates]

    def closed(self) -> list[float]:
        """Return base × (1 − k/total_iters)^power, 0 behind the end."""
        left = 1.0 - min(self.total_iters, self.last_epoch) / self.total_iters
        return [base * left**self.power for base in self.base_lrs]

    def _asked(self) -> Asked:
        floor = tuple(0.0 for _ in self.given)
        return Asked(peak=self.given, floor=floor, ends=count(self.total_iters))


class CosineAnnealingLR(LRScheduler):
    """Half a cosine wave from base to `eta_min` over `T_max` steps, and up again behind it."""

    def __init__(
        self, optimizer: Optimizer, T_max: float, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def following(self) -> list[float]:
        """Return what is above `eta_min`, times the wave here over the wave before."""
        index, rates = self.last_epoch, self.optimizer.rates
        if self.starting:
            return rates
        if self.step_count == 1 and index > 0:  # with a state that counted no steps
            # of the groups that it was built with, and no others
            return [self.at(base) for base, _ in zip(self.base_lrs, rates, strict=True)]
        if (index - 1 - self.T_max) % (2 * self.T_max) == 0:  # the wave before was 0
            lift = 1 - cos(pi / self.T_max)
            return [
                rate + (base - self.eta_min) * lift / 2
                for base, rate in zip(self.base_lrs, rates, strict=True)
            ]
        ratio = (1 + cos(pi * index / self.T_max)) / (1 + cos(pi * (index - 1) / self.T_max))
        return [ratio * (rate - self.eta_min) + self.eta_min for rate in rates]

    def closed(self) -> list[float]:
        """Return the wave here."""
        return [self.at(base) for base in self.base_lrs]

    def at(self, base: float) -> float:
        """Return eta_min + (base − eta_min) × (1 + cos(πk/T_max))/2."""
        wave = 1 + cos(pi * self.last_epoch / self.T_max)
        return self.eta_min + (base - self.eta_min) * wave / 2

    def _asked(self) -> Asked:
        floor = tuple(self.eta_min for _ in self.given)
        return Asked(peak=self.given, floor=floor, ends=count(self.T_max))
