"""Phases whose factor is a law of the update's index and that have no end of their own."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np

from rampup.errors import ScheduleError, nearest
from rampup.schedule.phase import PEAK, Lasting, Phase
from rampup.schedule.plan import Curve
from rampup.schedule.ramp import Ramp, factor_of
from rampup.schedule.shapes import power
from rampup.units import MOST_UPDATES, Horizon, Length, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One law.

    Args:
        name: the word used in schedule text.
        factor: `(i, parameter)` → factor of the i-th update of the phase, i an int or an array.
        formula: the same as one reads it.
        reference: where it comes from.
        parameter: what its number means: "length" is a `Length` turned to updates, "ratio" is a
            number in (0, 1], "rate" one above 0, "beta2" one in (0, 1).
        rises: it is a warmup and rises to the peak; otherwise it falls from where the phase
            before it ended.
        steps: i may be counted in steps of some length.
    """

    name: str
    factor: Callable[[Any, float], Any]
    formula: str
    reference: str
    parameter: str
    rises: bool
    steps: bool = False


def _rectifiable(t: Any, beta2: float) -> tuple[float, Any]:
    """Return ρ∞ and ρ at step t ≥ 1: the length of the average that Adam's variance is."""
    most = 2.0 / (1.0 - beta2) - 1.0
    left = power(beta2, t)
    return most, most - 2.0 * t * left / (1.0 - left)


@lru_cache(maxsize=64)
def first_rectified(beta2: float) -> int:
    """Return the first step t ≥ 1 at which the term is defined, ρ > 4; about 5 for any Adam."""
    t = 1
    while not _rectifiable(float(t), beta2)[1] > 4.0:
        t += 1
    return t


def rectification(i: Any, beta2: float) -> Any:
    """Return RAdam's rectification term, i updates after the first at which it is defined."""
    t = np.asarray(i, dtype=np.float64) + first_rectified(beta2)
    most, rho = _rectifiable(t, beta2)
    # what rounding leaves of the difference is no length below the first one's
    rho = np.maximum(rho, np.nextafter(4.0, 5.0))
    square = (rho - 4.0) * (rho - 2.0) * most / ((most - 4.0) * (most - 2.0) * rho)
    return np.sqrt(square)


RULES: Final[dict[str, Rule]] = {
    rule.name: rule
    for rule in (
        Rule(
            name="inverse-sqrt",
            factor=lambda i, timescale: 1.0 / np.sqrt((i + timescale) / timescale),
            formula="√(timescale / (i + timescale))",
            reference="Vaswani et al. 2017, Attention Is All You Need, §5.3 (after the warmup)",
            parameter="length",
            rises=False,
        ),
        Rule(
            name="exponential",
            factor=lambda i, gamma: power(gamma, np.asarray(i, dtype=np.float64)),
            formula="gamma^i",
            reference="the geometric decay, one factor gamma per update",
            parameter="ratio",
            rises=False,
            steps=True,
        ),
        Rule(
            name="inverse-time",
            factor=lambda i, rate: 1.0 / (1.0 + rate * i),
            formula="1 / (1 + rate·i)^power",
            reference="Robbins & Monro 1951, A Stochastic Approximation Method, §2; power: Shen "
            "et al. 2024, Power Scheduler",
            parameter="rate",
            rises=False,
            steps=True,
        ),
        Rule(
            name="saturating",
            factor=lambda i, timescale: -np.expm1(-(i + 1) / timescale),
            formula="1 − e^(−(i + 1) / timescale)",
            reference="Ma & Yarats 2021, On the Adequacy of Untuned Warmup",
            parameter="length",
            rises=True,
        ),
        Rule(
            name="rectified",
            factor=rectification,
            formula="√((ρ−4)(ρ−2)ρ∞ / ((ρ∞−4)(ρ∞−2)ρ)), ρ∞ = 2/(1−β₂)−1, "
            "ρ = ρ∞ − 2tβ₂^t/(1−β₂^t), t = i + the first step where ρ > 4",
            reference="Liu et al. 2020, On the Variance of the Adaptive Learning Rate, §4, eq. 6",
            parameter="beta2",
            rises=True,
        ),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Law(Lasting):
    """A phase that follows one of `RULES`; built by `inverse_sqrt`, `exponential`, ….

    Args:
        rule: its name.
        parameter: a `Length` or a number, as the rule asks.
        every: one step of i, where the rule has steps: None is one update; with a length, i is
            fractional.
        power: of the whole, > 0; only for "inverse-time".
        stairs: True lets i be whole, so that the factor changes once in each step; only for
            "inverse-time", with a length of `every`.
    """

    rule: str
    parameter: Length | float
    every: Length | None = None
    power: float = 1.0
    stairs: bool = False

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise ScheduleError(f"law {self.rule!r} is unknown; {nearest(self.rule, list(RULES))}")
        kind, value = RULES[self.rule].parameter, plain(self.parameter)
        if self.every is not None and (not RULES[self.rule].steps or self.every.value == 0):
            having = [name for name, rule in RULES.items() if rule.steps]
            raise ScheduleError(
                f"{self.rule} every {self.every}: only {' and '.join(having)} have steps, "
                "and they last"
            )
        self._inverse(kind == "rate")
        if kind == "length":
            if not isinstance(value, Length) or value.value == 0:
                raise ScheduleError(f"{self.rule} needs a timescale, such as 4000up, not {value}")
            return
        most = {"beta2": math.nextafter(1.0, 0.0), "ratio": 1.0, "rate": float(MOST_UPDATES)}[kind]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0.0 < float(value) <= most:
            where = "be above 0 and at most 2^53" if kind == "rate" else "lie between 0 and 1"
            raise ScheduleError(f"{self.rule} {value!r}: {kind} must {where}")
        if kind == "beta2" and float(value) <= 0.6:
            raise ScheduleError(f"{self.rule} {value!r}: beta2 must be above 0.6 to be rectified")
        object.__setattr__(self, "parameter", float(value))

    def _inverse(self, allowed: bool) -> None:
        """Refuse a power or stairs that cannot be meant."""
        object.__setattr__(self, "power", factor_of(self.power, f"{self.rule} power"))
        if self.power == 0 or (self.power != 1 and not allowed):
            raise ScheduleError(
                f"{self.rule} power {self.power!r}: only inverse-time has one, and it is above 0"
            )
        if self.stairs and (not allowed or self.every is None):
            raise ScheduleError(
                f"{self.rule} stairs: only inverse-time has stairs, and they need their length, "
                "such as 'every 10ep'"
            )

    @property
    def has_warmup(self) -> bool:
        """Whether it rises."""
        return RULES[self.rule].rises

    def without_warmup(self, *, first: bool) -> Phase:
        """Return a hold at the peak in place of a law that rises."""
        if not self.has_warmup:
            return self
        return Ramp(verb="hold", over=self.over, start=None if first else PEAK)

    def resolve(self, horizon: Horizon, first: int, updates: int, level: float) -> Curve:
        """Return its curve on a run."""
        rule = RULES[self.rule]
        top = PEAK if rule.rises else level
        value = self.parameter
        number = horizon.updates_in(value, first) if isinstance(value, Length) else value
        every: float = 1
        if self.every is not None:
            every = horizon.updates_in(self.every, first)
        elif not isinstance(value, Length):
            every = float(horizon.stretch)  # no length in it is stretched by itself

        def factor(k: Any) -> Any:
            i = k - first
            if every != 1:
                i = i // every if self.stairs else i / every
            value = rule.factor(i, number)
            return top * (value if self.power == 1 else np.power(value, self.power))

        def warmup(start: int, stop: int) -> int:
            return (stop - start) * rule.rises

        return Curve.held(first, updates, factor, high=top, warmup=warmup)

    def __str__(self) -> str:
        words = [f"{self.rule} {self.parameter}"]
        if self.every is not None:
            words.append(f"every {self.every}")
        if self.power != 1:
            words.append(f"power {self.power!r}")
        if self.stairs:
            words.append("stairs")
        if self.over is not None:
            words.append(f"over {self.over}")
        return " ".join(words)
