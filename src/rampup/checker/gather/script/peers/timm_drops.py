"""timm's schedulers that hold and drop: steps, milestones, plateau, warmup-stable-decay.

Reference: timm 1.0.31, timm/scheduler/step_lr.py, multistep_lr.py, plateau_lr.py, wsd_lr.py.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from math import cos, pi, sqrt
from typing import Any, Final

from rampup.checker.gather.script.peers.peer import NotKnownError, Optimizer
from rampup.checker.gather.script.peers.plateau import ReduceLROnPlateau
from rampup.checker.gather.script.peers.timm import Noise, Scheduler

STABLE: Final = ("constant", "rsqrt", "power")
DECAYS: Final = ("linear", "1-sqrt", "cosine", "power", "exp")


class StepLRScheduler(Scheduler):
    """Base × decay_rate^⌊t/decay_t⌋."""

    def __init__(
        self,
        optimizer: Optimizer,
        decay_t: float,
        decay_rate: float = 1.0,
        warmup_t: float = 0,
        warmup_lr_init: float = 0.0,
        warmup_prefix: bool = True,
        t_in_epochs: bool = True,
        noise_range_t: Noise = None,
        noise_pct: float = 0.67,
        noise_std: float = 1.0,
        noise_seed: float = 42,
        initialize: bool = True,
    ) -> None:
        super().__init__(optimizer, noise_range_t, t_in_epochs=t_in_epochs, initialize=initialize)
        self.decay_t = decay_t
        self.decay_rate = decay_rate
        self.warm(warmup_t, warmup_lr_init, prefix=warmup_prefix)

    def after(self, time: float) -> list[float]:
        """Return base × decay_rate^⌊t/decay_t⌋."""
        factor = float(self.decay_rate) ** (time // self.decay_t)
        return [base * factor for base in self.base_values]


class MultiStepLRScheduler(Scheduler):
    """Base × decay_rate^(milestones up to t + 1): each milestone comes one early."""

    def __init__(
        self,
        optimizer: Optimizer,
        decay_t: Sequence[float],
        decay_rate: float = 1.0,
        warmup_t: float = 0,
        warmup_lr_init: float = 0.0,
        warmup_prefix: bool = True,
        t_in_epochs: bool = True,
        noise_range_t: Noise = None,
        noise_pct: float = 0.67,
        noise_std: float = 1.0,
        noise_seed: float = 42,
        initialize: bool = True,
    ) -> None:
        super().__init__(optimizer, noise_range_t, t_in_epochs=t_in_epochs, initialize=initialize)
        self.milestones = list(decay_t)
        self.decay_rate = decay_rate
        self.warm(warmup_t, warmup_lr_init, prefix=warmup_prefix)

    def after(self, time: float) -> list[float]:
        """Return base × decay_rate^(milestones up to t + 1)."""
        factor = self.decay_rate ** bisect_right(self.milestones, time + 1)
        return [base * factor for base in self.base_values]


class PlateauLRScheduler(Scheduler):
    """A warmup, then torch's ReduceLROnPlateau."""

    CODE = Scheduler.CODE | {"inner"}

    def __init__(
        self,
        optimizer: Optimizer,
        decay_rate: float = 0.1,
        patience_t: float = 10,
        threshold: float = 1e-4,
        cooldown_t: float = 0,
        warmup_t: float = 0,
        warmup_lr_init: float = 0.0,
        lr_min: float = 0.0,
        mode: str = "max",
        noise_range_t: Noise = None,
        noise_type: str = "normal",
        noise_pct: float = 0.67,
        noise_std: float = 1.0,
        noise_seed: float | None = None,
        initialize: bool = True,
    ) -> None:
        super().__init__(optimizer, noise_range_t, initialize=initialize)
        self.inner = ReduceLROnPlateau(
            optimizer, mode, decay_rate, patience_t, threshold, cooldown=cooldown_t, min_lr=lr_min
        )
        self.warm(warmup_t, warmup_lr_init, prefix=False)

    def advance(self, epoch: float, metric: float | None = None) -> None:
        """Write the warmup's rate, or pass the metric on."""
        if epoch <= self.warmup_t:
            steps = self.warmup_steps if self.warmup_t else [1] * len(self.base_values)
            self.put([self.warmup_lr_init + epoch * step for step in steps])
        elif metric is not None:
            self.inner.advance(metric)
            self.last_lr = self.optimizer.rates
        self.last_epoch = int(epoch)

    def update(self, num_updates: float, metric: float | None = None) -> None:
        """Do nothing."""

    def after(self, time: float) -> list[float]:
        """Refuse, as timm does: no time settles the rate."""
        raise AssertionError("should not be called as step is overridden")

    def state(self) -> dict[str, Any]:
        """Return the best metric and how often one came; timm saves no more."""
        return {"best": self.inner.best, "last_epoch": self.inner.last_epoch}

    def take(self, state: Mapping[str, Any]) -> None:
        """Take both over."""
        self.inner.best = state["best"]
        self.inner.last_epoch = state.get("last_epoch", self.inner.last_epoch)


class WSDLRScheduler(Scheduler):
    """A warmup, a stretch that holds or falls slowly, and a fall over the last `decay_t`."""

    def __init__(
        self,
        optimizer: Optimizer,
        t_initial: float,
        decay_t: float,
        lr_min: float = 0.0,
        stable_fn: str = "constant",
        stable_timescale: float | None = None,
        stable_power: float = 0.5,
        decay_fn: str | Callable[[float], float] = "1-sqrt",
        decay_power: float = 0.5,
        decay_ratio: float = 0.1,
        warmup_t: float = 0,
        warmup_lr_init: float = 0.0,
        t_in_epochs: bool = True,
        noise_range_t: Noise = None,
        noise_pct: float = 0.67,
        noise_std: float = 1.0,
        noise_seed: float = 42,
        initialize: bool = True,
    ) -> None:
        super().__init__(optimizer, noise_range_t, t_in_epochs=t_in_epochs, initialize=initialize)
        if not isinstance(decay_fn, str):
            raise NotKnownError
        checks = (
            (t_initial > 0, "t_initial", t_initial, "must be > 0"),
            (
                0 < decay_t <= t_initial,
                "decay_t",
                decay_t,
                f"must be in (0, t_initial] w/ t_initial={t_initial}",
            ),
            (lr_min >= 0, "lr_min", lr_min, "must be >= 0"),
            (stable_fn in STABLE, "stable_fn", stable_fn, f"must be one of {STABLE}"),
            (decay_fn in DECAYS, "decay_fn", decay_fn, f"must be one of {DECAYS} or a callable"),
            (0.0 < decay_ratio < 1.0, "decay_ratio", decay_ratio, "must be in (0, 1)"),
            (decay_power > 0, "decay_power", decay_power, "must be > 0"),
            (stable_power > 0, "stable_power", stable_power, "must be > 0"),
        )
        for fits, name, value, rule in checks:
            if not fits:
                raise ValueError(f"Invalid {name} ({value}), {rule}.")
        scale = warmup_t if stable_timescale is None else stable_timescale
        if stable_fn != "constant" and scale <= 0:
            raise ValueError(
                f"stable_fn={stable_fn} requires a positive stable_timescale, it defaults to "
                f"warmup_t ({warmup_t}), set it explicitly when there is no warmup."
            )
        self.t_initial = t_initial
        self.decay_t = decay_t
        self.lr_min = lr_min
        self.stable_fn = stable_fn
        self.timescale = scale
        self.stable_power = stable_power
        self.decay_fn = decay_fn
        self.decay_power = decay_power
        self.decay_ratio = decay_ratio
        self.warm(warmup_t, warmup_lr_init, prefix=True)

    def after(self, time: float) -> list[float]:
        """Return the rates at a time behind the warmup."""
        stable = self.stable(time)
        rates = [max(base * stable, self.lr_min) for base in self.base_values]
        falling = time - (self.t_initial - self.decay_t)
        if falling <= 0:
            return rates
        height = self.decay(min(falling / self.decay_t, 1.0))
        return [self.lr_min + (rate - self.lr_min) * height for rate in rates]

    def stable(self, time: float) -> float:
        """Return the factor before the fall."""
        if self.stable_fn == "constant":
            return 1.0
        power = 0.5 if self.stable_fn == "rsqrt" else self.stable_power
        return float((1.0 + time / self.timescale) ** (-power))

    def decay(self, done: float) -> float:
        """Return the factor of the fall."""
        match self.decay_fn:
            case "linear":
                return 1.0 - done
            case "1-sqrt":
                return 1.0 - sqrt(done)
            case "cosine":
                return 0.5 * (1.0 + cos(pi * done))
            case "power":
                return float(1.0 - done**self.decay_power)
        ratio = self.decay_ratio
        return float((ratio**done - ratio) / (1.0 - ratio))

    def lowest(self) -> float:
        """Return `lr_min`."""
        return self.lr_min

    def length(self) -> float:
        """Return the time of the warmup, the stretch and the fall together."""
        return self.warmup_t + self.t_initial
