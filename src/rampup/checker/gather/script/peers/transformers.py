"""transformers' schedules: functions that build a LambdaLR, each with a formula of its own.

Reference: transformers 5.23, optimization.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import cos, pi, sqrt
from typing import Any, Final

from rampup.checker.gather.script.peers.factors import LambdaLR
from rampup.checker.gather.script.peers.peer import (
    Asked,
    Factor,
    NotKnownError,
    Optimizer,
    Peer,
    count,
)
from rampup.checker.gather.script.peers.plateau import ReduceLROnPlateau

SHAPES: Final = ("linear", "cosine", "1-sqrt")


class Scheduled(LambdaLR):
    """A LambdaLR that transformers built."""

    CODE = LambdaLR.CODE | {"meant"}

    def __init__(
        self, optimizer: Optimizer, factor: Factor, last_epoch: int, meant: "Meant"
    ) -> None:
        self.meant = meant
        super().__init__(optimizer, factor, last_epoch)

    @property
    def kind(self) -> str:
        """What transformers builds is a LambdaLR."""
        return "LambdaLR"

    def _asked(self) -> Asked:
        low, meant = self.meant.low, self.meant
        stops = [count(stop) for stop in meant.stops]
        return Asked(
            peak=self.given,
            floor=() if low is None else tuple(rate * low for rate in self.given),
            ends=None if meant.total is None else count(meant.total),
            warmup=stops[0] if stops else None,
            joins=tuple(stop for stop in stops if stop),
            parts=meant.parts,
            cyclic=meant.cyclic,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What the arguments ask for.

    Args:
        stops: ends of the parts before the last, the warmup first.
        parts: what the parts are called.
        total: steps after which it is over.
        low: last factor, where an argument names it.
        cyclic: it goes up again on purpose.
    """

    stops: tuple[float, ...] = ()
    parts: tuple[str, ...] = ()
    total: float | None = None
    low: float | None = None
    cyclic: bool = False


def get_constant_schedule(optimizer: Optimizer, last_epoch: int = -1) -> Peer:
    """Return the base rate, always."""
    return Scheduled(optimizer, lambda _: 1, last_epoch, Meant())


def get_constant_schedule_with_warmup(
    optimizer: Optimizer, num_warmup_steps: float, last_epoch: int = -1
) -> Peer:
    """Return k/W, then 1."""

    def factor(k: int) -> float:
        # here alone W may lie between 0 and 1
        return k / max(1.0, num_warmup_steps) if k < num_warmup_steps else 1.0

    return Scheduled(optimizer, factor, last_epoch, _after(num_warmup_steps, "constant"))


def get_linear_schedule_with_warmup(
    optimizer: Optimizer, num_warmup_steps: float, num_training_steps: float, last_epoch: int = -1
) -> Peer:
    """Return k/W, then (T − k)/(T − W), at least 0."""

    def factor(k: int) -> float:
        rest = max(1, num_training_steps - num_warmup_steps)
        return max(0.0, float(num_training_steps - k) / float(rest))

    meant = _after(num_warmup_steps, "linear", num_training_steps)
    return Scheduled(optimizer, _warmed(num_warmup_steps, factor), last_epoch, meant)


def get_cosine_schedule_with_warmup(
    optimizer: Optimizer,
    num_warmup_steps: float,
    num_training_steps: float,
    num_cycles: float = 0.5,
    last_epoch: int = -1,
) -> Peer:
    """Return k/W, then (1 + cos 2πcp)/2 at p = (k − W)/(T − W)."""
    wave = _waves(num_warmup_steps, num_training_steps, num_cycles, 0.0)
    meant = _after(num_warmup_steps, "cosine", num_training_steps, cyclic=num_cycles > 0.5)
    return Scheduled(optimizer, _warmed(num_warmup_steps, wave), last_epoch, meant)


def get_cosine_with_hard_restarts_schedule_with_warmup(
    optimizer: Optimizer,
    num_warmup_steps: float,
    num_training_steps: float,
    num_cycles: float = 1,
    last_epoch: int = -1,
) -> Peer:
    """Return k/W, then (1 + cos π(cp mod 1))/2, 0 from p = 1 on."""

    def factor(k: int) -> float:
        done = _progress(k, num_warmup_steps, num_training_steps)
        if done >= 1.0:
            return 0.0
        return max(0.0, 0.5 * (1.0 + cos(pi * (float(num_cycles) * done % 1.0))))

    meant = _after(num_warmup_steps, "cosine", num_training_steps, cyclic=num_cycles > 1)
    return Scheduled(optimizer, _warmed(num_warmup_steps, factor), last_epoch, meant)


def get_polynomial_decay_schedule_with_warmup(
    optimizer: Optimizer,
    num_warmup_steps: float,
    num_training_steps: float,
    lr_end: float = 1e-7,
    power: float = 1.0,
    last_epoch: int = -1,
) -> Peer:
    """Return k/W, then a polynomial from the default rate to `lr_end`, both over the former."""
    first = optimizer.default_rate()
    if not first > lr_end:
        raise ValueError(f"lr_end ({lr_end}) must be smaller than initial lr ({first})")

    def factor(k: int) -> float:
        if k > num_training_steps:
            return lr_end / first
        left = 1 - (k - num_warmup_steps) / (num_training_steps - num_warmup_steps)
        return float((first - lr_end) * left**power + lr_end) / first

    meant = _after(num_warmup_steps, "polynomial", num_training_steps, low=lr_end / first)
    return Scheduled(optimizer, _warmed(num_warmup_steps, factor), last_epoch, meant)


def get_inverse_sqrt_schedule(
    optimizer: Optimizer,
    num_warmup_steps: float,
    timescale: float | None = None,
    last_epoch: int = -1,
) -> Peer:
    """Return k/W, then √(τ/(k + τ − W))."""
    scale = (num_warmup_steps or 10_000) if timescale is None else timescale

    def factor(k: int) -> float:
        return 1.0 / sqrt((k + (scale - num_warmup_steps)) / scale)

    meant = _after(num_warmup_steps, "inverse sqrt")
    return Scheduled(optimizer, _warmed(num_warmup_steps, factor), last_epoch, meant)


def get_cosine_with_min_lr_schedule_with_warmup(
    optimizer: Optimizer,
    num_warmup_steps: float,
    num_training_steps: float,
    num_cycles: float = 0.5,
    last_epoch: int = -1,
    min_lr: float | None = None,
    min_lr_rate: float | None = None,
) -> Peer:
    """Return the warmed cosine, squeezed so that it ends at `min_lr`."""
    low = _low(optimizer, min_lr, min_lr_rate)
    wave = _waves(num_warmup_steps, num_training_steps, num_cycles, low)
    meant = _after(num_warmup_steps, "cosine", num_training_steps, low, cyclic=num_cycles > 0.5)
    return Scheduled(optimizer, _warmed(num_warmup_steps, wave), last_epoch, meant)


def get_cosine_with_min_lr_schedule_with_warmup_lr_rate(
    optimizer: Optimizer,
    num_warmup_steps: float,
    num_training_steps: float,
    num_cycles: float = 0.5,
    last_epoch: int = -1,
    min_lr: float | None = None,
    min_lr_rate: float | None = None,
    warmup_lr_rate: float | None = None,
) -> Peer:
    """Return the same one step earlier: a first factor of 1/W or `warmup_lr_rate`."""
    low = _low(optimizer, min_lr, min_lr_rate)
    steps, total = float(num_warmup_steps), float(num_training_steps)

    def factor(k: int) -> float:
        if k < steps and warmup_lr_rate is None:
            return (k + 1.0) / max(1.0, steps)
        if k < steps and warmup_lr_rate is not None:
            return warmup_lr_rate + (1.0 - warmup_lr_rate) * k / max(1, steps - 1)
        done = (k - steps + 1.0) / max(1.0, total - steps)
        wave = 0.5 * (1.0 + cos(pi * num_cycles * 2.0 * done))
        return max(0, wave * (1 - low) + low)

    meant = _after(num_warmup_steps, "cosine", num_training_steps, low, cyclic=num_cycles > 0.5)
    return Scheduled(optimizer, factor, last_epoch, meant)


def get_wsd_schedule(
    optimizer: Optimizer,
    num_warmup_steps: float,
    num_decay_steps: float,
    num_training_steps: float | None = None,
    num_stable_steps: float | None = None,
    warmup_type: str = "linear",
    decay_type: str = "cosine",
    min_lr_ratio: float = 0,
    num_cycles: float = 0.5,
    last_epoch: int = -1,
) -> Peer:
    """Return a rise, a plateau at 1 and a fall to `min_lr_ratio`, which is the start as well."""
    if num_stable_steps is None:
        if num_training_steps is None:
            raise ValueError("Either num_training_steps or num_stable_steps must be specified.")
        num_stable_steps = num_training_steps - num_warmup_steps - num_decay_steps
    for name, shape in (("warmup", warmup_type), ("decay", decay_type)):
        if shape not in SHAPES:
            raise ValueError(
                f"Unknown {name} type: {shape}, expected 'linear', 'cosine' or '1-sqrt'"
            )
    falls = num_warmup_steps + num_stable_steps
    total = falls + num_decay_steps

    def factor(k: int) -> float:
        if k < num_warmup_steps:
            height = _rise(warmup_type, float(k) / max(1, num_warmup_steps))
        elif k < falls:
            return 1.0
        elif k < total:
            done = float(k - num_warmup_steps - num_stable_steps) / max(1, num_decay_steps)
            height = _fall(decay_type, done, num_cycles)
        else:
            return min_lr_ratio
        return max(0.0, height * (1.0 - min_lr_ratio) + min_lr_ratio)

    meant = Meant(
        stops=(num_warmup_steps, falls),
        parts=("warmup", "stable", "decay"),
        total=total,
        low=min_lr_ratio,
    )
    return Scheduled(optimizer, factor, last_epoch, meant)


BY_NAME: Final[Mapping[str, Callable[..., Peer]]] = {
    "linear": get_linear_schedule_with_warmup,
    "cosine": get_cosine_schedule_with_warmup,
    "cosine_with_restarts": get_cosine_with_hard_restarts_schedule_with_warmup,
    "polynomial": get_polynomial_decay_schedule_with_warmup,
    "constant": get_constant_schedule,
    "constant_with_warmup": get_constant_schedule_with_warmup,
    "inverse_sqrt": get_inverse_sqrt_schedule,
    "reduce_lr_on_plateau": ReduceLROnPlateau,
    "cosine_with_min_lr": get_cosine_with_min_lr_schedule_with_warmup,
    "cosine_warmup_with_min_lr": get_cosine_with_min_lr_schedule_with_warmup_lr_rate,
    "warmup_stable_decay": get_wsd_schedule,
}


LENGTHS: Final = ("num_warmup_steps", "num_training_steps")

TAKEN: Final[Mapping[str, tuple[str, ...]]] = {
    "constant": (),
    "constant_with_warmup": LENGTHS[:1],
    "inverse_sqrt": LENGTHS[:1],
    "reduce_lr_on_plateau": (),
}
"""The lengths that `get_scheduler` passes on, where these are not both."""


def chosen(arguments: Mapping[str, Any]) -> tuple[Callable[..., Peer], dict[str, Any]]:
    """Return what `get_scheduler` calls, and with what.

    Raises:
        NotKnownError: the name or the special arguments are not known here.
        ValueError: it lacks a length that this schedule needs.
    """
    name, special = arguments.get("name"), arguments.get("scheduler_specific_kwargs")
    if not isinstance(name, str) or name not in BY_NAME or not isinstance(special, Mapping | None):
        raise NotKnownError
    passed = dict(special or {}) if not name.startswith("constant") else {}
    for length in TAKEN.get(name, LENGTHS):
        value = arguments.get(length)
        if value is None and (length, name) != (LENGTHS[1], "warmup_stable_decay"):
            raise ValueError(
                f"SchedulerType.{name.upper()} requires `{length}`, please provide that argument."
            )
        passed[length] = value
    return BY_NAME[name], passed


def _after(
    warmup: float,
    part: str,
    total: float | None = None,
    low: float | None = None,
    *,
    cyclic: bool = False,
) -> Meant:
    return Meant(stops=(warmup,), parts=("warmup", part), total=total, low=low, cyclic=cyclic)


def _warmed(steps: float, then: Factor) -> Factor:
    return lambda k: float(k) / float(max(1, steps)) if k < steps else then(k)


def _progress(k: int, steps: float, total: float) -> float:
    return float(k - steps) / float(max(1, total - steps))


def _waves(steps: float, total: float, cycles: float, low: float) -> Factor:
    def factor(k: int) -> float:
        wave = 0.5 * (1.0 + cos(pi * float(cycles) * 2.0 * _progress(k, steps, total)))
        return max(0, wave * (1 - low) + low)

    return factor


def _low(optimizer: Optimizer, rate: float | None, share: float | None) -> float:
    if rate is not None and share is not None:
        raise ValueError("Only one of min_lr or min_lr_rate should be set")
    if rate is not None:
        return rate / optimizer.default_rate()
    if share is None:
        raise ValueError(
            "One of min_lr or min_lr_rate should be set through the `lr_scheduler_kwargs`"
        )
    return share


def _rise(shape: str, done: float) -> float:
    if shape == "linear":
        return done
    return 0.5 * (1.0 - cos(pi * done)) if shape == "cosine" else 1.0 - sqrt(1.0 - done)


def _fall(shape: str, done: float, cycles: float) -> float:
    if shape == "linear":
        return 1.0 - done
    if shape == "cosine":
        return 0.5 * (1.0 + cos(pi * float(cycles) * 2.0 * done))
    return 1.0 - sqrt(done)
