"""pytorch_warmup: a factor on whatever rate another scheduler sets.

`with warmup.dampening(): scheduler.step()` is `enter()`, the other's step, `leave()`.

Reference: pytorch_warmup 0.2.0; Ma & Yarats 2021.
"""

from abc import abstractmethod
from collections.abc import Sequence
from math import exp, sqrt

from rampup.checker.gather.script.peers.peer import Asked, NotKnownError, Optimizer, Peer


class BaseWarmup(Peer):
    """A dampening; `advance` is its method `dampen`."""

    def __init__(self, optimizer: Optimizer, periods: Sequence[float], last_step: int = -1) -> None:
        super().__init__(optimizer)
        self.given = tuple(optimizer.rates)  # what it dampens is the rate of now
        self.periods = list(periods)
        self.last_epoch = last_step
        self.lrs = optimizer.rates
        self.advance()

    @abstractmethod
    def dampened(self, index: int, period: float) -> float:
        """Return the factor of an update."""

    def advance(self, step: int | None = None) -> None:
        """Multiply the rates of now."""
        self.last_epoch = self.last_epoch + 1 if step is None else step
        for group, period in zip(self.optimizer.groups, self.periods, strict=False):
            group["lr"] *= self.dampened(self.last_epoch, period)
        self.last_lr = self.optimizer.rates

    def enter(self) -> None:
        """Give the rates back as the other scheduler left them."""
        for group, rate in zip(self.optimizer.groups, self.lrs, strict=False):
            group["lr"] = rate

    def leave(self) -> None:
        """Keep the rates that the other scheduler set, and dampen them."""
        self.lrs = self.optimizer.rates
        self.step()

    def _asked(self) -> Asked:
        longest = max(self.periods, default=0)
        return Asked(peak=self.given, warmup=int(longest))


class LinearWarmup(BaseWarmup):
    """min(1, (k + 1)/τ)."""

    def __init__(
        self,
        optimizer: Optimizer,
        warmup_period: float | Sequence[float],
        last_step: int = -1,
    ) -> None:
        super().__init__(optimizer, _periods(optimizer, warmup_period), last_step)

    def dampened(self, index: int, period: float) -> float:
        """Return min(1, (k + 1)/τ)."""
        return min(1.0, (index + 1) / period)


class ExponentialWarmup(BaseWarmup):
    """1 − e^(−(k + 1)/τ)."""

    def __init__(
        self,
        optimizer: Optimizer,
        warmup_period: float | Sequence[float],
        last_step: int = -1,
    ) -> None:
        super().__init__(optimizer, _periods(optimizer, warmup_period), last_step)

    def dampened(self, index: int, period: float) -> float:
        """Return 1 − e^(−(k + 1)/τ)."""
        return 1.0 - exp(-(index + 1) / period)


class UntunedLinearWarmup(LinearWarmup):
    """LinearWarmup over ⌊2/(1 − β₂)⌋ updates."""

    def __init__(self, optimizer: Optimizer, last_step: int = -1) -> None:
        periods = [int(2.0 / (1.0 - beta2)) for beta2 in _beta2s(optimizer)]
        super().__init__(optimizer, periods, last_step)


class UntunedExponentialWarmup(ExponentialWarmup):
    """ExponentialWarmup over ⌊1/(1 − β₂)⌋ updates."""

    def __init__(self, optimizer: Optimizer, last_step: int = -1) -> None:
        periods = [int(1.0 / (1.0 - beta2)) for beta2 in _beta2s(optimizer)]
        super().__init__(optimizer, periods, last_step)


class RAdamWarmup(BaseWarmup):
    """RAdam's rectification, which depends on β₂ alone; a period here is a β₂."""

    def __init__(self, optimizer: Optimizer, last_step: int = -1) -> None:
        beta2s = _beta2s(optimizer)
        self.offsets = {beta2: _offset(beta2) for beta2 in beta2s}
        super().__init__(optimizer, beta2s, last_step)

    def dampened(self, index: int, period: float) -> float:
        """Return √((ρ − 4)(ρ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρ))."""
        limit = _limit(period)
        rho = _rho(index + self.offsets[period], period)
        above = (rho - 4) * (rho - 2) * limit
        return sqrt(above / ((limit - 4) * (limit - 2) * rho))

    def _asked(self) -> Asked:
        return Asked(peak=self.given)


def _periods(optimizer: Optimizer, period: float | Sequence[float]) -> list[float]:
    groups = len(optimizer.groups)
    if isinstance(period, int):
        if period <= 0:
            raise ValueError(f"warmup_period must be a positive integer, but is {period}.")
        return [period] * groups
    if not isinstance(period, list):
        raise TypeError(f"{period} ({type(period).__name__}) is not a list nor an int.")
    if len(period) != groups:
        raise ValueError(
            f"The size of warmup_period ({len(period)}) does not match the size of param_groups "
            f"({groups})."
        )
    for each in period:
        if not isinstance(each, int):
            raise TypeError(f"An element in warmup_period, {type(each).__name__}, is not an int.")
        if each <= 0:
            raise ValueError(
                f"An element in warmup_period must be a positive integer, but is {each}."
            )
    return list(period)


def _beta2s(optimizer: Optimizer) -> list[float]:
    if optimizer.defaults is None and any("betas" not in group for group in optimizer.groups):
        raise NotKnownError
    return [group["betas"][1] for group in optimizer.groups]


def _limit(beta2: float) -> float:
    return 2.0 / (1 - beta2) - 1


def _rho(step: int, beta2: float) -> float:
    power = beta2**step
    return _limit(beta2) - 2 * step * power / (1 - power)


def _offset(beta2: float) -> int:
    if not beta2 > 0.6:
        raise ValueError(f"beta2 ({beta2}) must be greater than 0.6")
    for offset in range(1, 1000):  # 5 or 6 for a β₂ below 1
        if _rho(offset, beta2) > 4:
            return offset
    raise NotKnownError
