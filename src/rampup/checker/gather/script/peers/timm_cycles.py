"""timm's schedulers that fall in cycles: cosine, polynomial, hyperbolic tangent.

Reference: timm 1.0.31, timm/scheduler/cosine_lr.py, poly_lr.py, tanh_lr.py.
"""

from abc import abstractmethod
from collections.abc import Sequence
from math import cos, floor, log, pi, tanh

from rampup.checker.gather.script.peers.peer import Optimizer
from rampup.checker.gather.script.peers.timm import Noise, Scheduler


class _Cycles(Scheduler):
    k_decay: float = 1.0

    def cycles(
        self, t_initial: float, lr_min: float, mul: float, decay: float, limit: float
    ) -> None:
        """Set the cycles, as timm's constructors do."""
        assert t_initial > 0
        assert lr_min >= 0
        self.t_initial = t_initial
        self.lr_min = lr_min
        self.cycle_mul = mul
        self.cycle_decay = decay
        self.cycle_limit = limit

    def after(self, time: float) -> list[float]:
        """Return the rates of a time, `lr_min` behind the last cycle."""
        mul = self.cycle_mul
        cycle: float
        if mul == 1:
            cycle = time // self.t_initial
            length = self.t_initial
            place = time - self.t_initial * cycle
        else:
            cycle = floor(log(1 - time / self.t_initial * (1 - mul), mul))
            length = mul**cycle * self.t_initial
            place = time - (1 - mul**cycle) / (1 - mul) * self.t_initial
        if cycle >= self.cycle_limit:
            return [self.lr_min for _ in self.base_values]
        height = float(self.cycle_decay) ** cycle
        return [self.fall(base * height, place, length) for base in self.base_values]

    @abstractmethod
    def fall(self, peak: float, place: float, length: float) -> float:
        """Return the rate at a place in a cycle."""

    def lowest(self) -> float:
        """Return `lr_min`."""
        return self.lr_min

    def length(self) -> float | None:
        """Return the time behind the last cycle, where it can be said."""
        cycles, mul = max(1, self.cycle_limit), float(self.cycle_mul)
        before = self.warmup_t if self.warmup_prefix else 0
        if mul == 1:
            return self.t_initial * cycles + before
        try:
            return float(floor(-self.t_initial * (mul**cycles - 1) / (1 - mul)) + before)
        except ArithmeticError:  # longer than any run
            return None

    def again(self) -> bool:
        """Return whether there is more than one cycle."""
        return self.cycle_limit > 1


class CosineLRScheduler(_Cycles):
    """Half cosine waves."""

    def __init__(
        self,
        optimizer: Optimizer,
        t_initial: float,
        lr_min: float = 0.0,
        cycle_mul: float = 1.0,
        cycle_decay: float = 1.0,
        cycle_limit: float = 1,
        warmup_t: float = 0,
        warmup_lr_init: float = 0.0,
        warmup_prefix: bool = False,
        t_in_epochs: bool = True,
        noise_range_t: Noise = None,
        noise_pct: float = 0.67,
        noise_std: float = 1.0,
        noise_seed: float = 42,
        k_decay: float = 1.0,
        initialize: bool = True,
    ) -> None:
        super().__init__(optimizer, noise_range_t, t_in_epochs=t_in_epochs, initialize=initialize)
        self.cycles(t_initial, lr_min, cycle_mul, cycle_decay, cycle_limit)
        self.k_decay = k_decay
        self.warm(warmup_t, warmup_lr_init, prefix=warmup_prefix)

    def fall(self, peak: float, place: float, length: float) -> float:
        """Return lr_min + (peak − lr_min) × (1 + cos(π place^k/length^k))/2."""
        wave = 1 + cos(pi * place ** float(self.k_decay) / length ** float(self.k_decay))
        return self.lr_min + 0.5 * (peak - self.lr_min) * wave


class PolyLRScheduler(_Cycles):
    """Polynomials."""

    def __init__(
        self,
        optimizer: Optimizer,
        t_initial: float,
        power: float = 0.5,
        lr_min: float = 0.0,
        cycle_mul: float = 1.0,
        cycle_decay: float = 1.0,
        cycle_limit: float = 1,
        warmup_t: float = 0,
        warmup_lr_init: float = 0.0,
        warmup_prefix: bool = False,
        t_in_epochs: bool = True,
        noise_range_t: Noise = None,
        noise_pct: float = 0.67,
        noise_std: float = 1.0,
        noise_seed: float = 42,
        k_decay: float = 1.0,
        initialize: bool = True,
    ) -> None:
        super().__init__(optimizer, noise_range_t, t_in_epochs=t_in_epochs, initialize=initialize)
        self.cycles(t_initial, lr_min, cycle_mul, cycle_decay, cycle_limit)
        self.power = power
        self.k_decay = k_decay
        self.warm(warmup_t, warmup_lr_init, prefix=warmup_prefix)

    def fall(self, peak: float, place: float, length: float) -> float:
        """Return lr_min + (peak − lr_min) × (1 − place^k/length^k)^power."""
        left = 1 - place ** float(self.k_decay) / length ** float(self.k_decay)
        return float(self.lr_min + (peak - self.lr_min) * left**self.power)


class TanhLRScheduler(_Cycles):
    """Hyperbolic tangents; without a prefix its warmup goes to where the curve is then."""

    def __init__(
        self,
        optimizer: Optimizer,
        t_initial: float,
        lb: float = -7.0,
        ub: float = 3.0,
        lr_min: float = 0.0,
        cycle_mul: float = 1.0,
        cycle_decay: float = 1.0,
        cycle_limit: float = 1,
        warmup_t: float = 0,
        warmup_lr_init: float = 0.0,
        warmup_prefix: bool = False,
        t_in_epochs: bool = True,
        noise_range_t: Noise = None,
        noise_pct: float = 0.67,
        noise_std: float = 1.0,
        noise_seed: float = 42,
        initialize: bool = True,
    ) -> None:
        super().__init__(optimizer, noise_range_t, t_in_epochs=t_in_epochs, initialize=initialize)
        self.cycles(t_initial, lr_min, cycle_mul, cycle_decay, cycle_limit)
        assert lb < ub
        assert cycle_limit >= 0
        assert warmup_t >= 0
        assert warmup_lr_init >= 0
        self.lb = lb
        self.ub = ub
        self.warm(warmup_t, warmup_lr_init, prefix=warmup_prefix)

    def warmed(self) -> Sequence[float]:
        """Return the base rates, or the rates behind the warmup."""
        return self.base_values if self.warmup_prefix else self.after(self.warmup_t)

    def fall(self, peak: float, place: float, length: float) -> float:
        """Return lr_min + (peak − lr_min) × (1 − tanh(lb (1 − p) + ub p))/2 at p = place/length."""
        done = place / length
        wave = 1 - tanh(self.lb * (1.0 - done) + self.ub * done)
        return self.lr_min + 0.5 * (peak - self.lr_min) * wave
