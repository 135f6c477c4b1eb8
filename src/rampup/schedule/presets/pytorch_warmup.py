"""pytorch_warmup's dampening factors.

pytorch_warmup dampens what another scheduler sets, whose clock runs during the warmup: that is a
product, `LinearWarmup(4) * decay("cosine")`.
"""

from rampup.errors import ScheduleError
from rampup.schedule.build import rectified, saturating, warmup
from rampup.schedule.presets.pieces import lasts, within
from rampup.schedule.schedule import Schedule


def LinearWarmup(warmup_period: int) -> Schedule:
    """Return a linear rise that reaches the peak.

    Update k uses min(1, (k + 1)/τ): the first one 1/τ, update τ − 1 the peak.

    Args:
        warmup_period: τ, ≥ 1.

    Example:
        >>> plan = LinearWarmup(4).plan(updates=10)
        >>> [plan(k) for k in range(5)]
        [0.25, 0.5, 0.75, 1.0, 1.0]

    Reference: pytorch_warmup 0.2.0, LinearWarmup.
    """
    return warmup(lasts("warmup_period", warmup_period))


def ExponentialWarmup(warmup_period: int) -> Schedule:
    """Return a rise that nears the peak and never reaches it.

    Update k uses 1 − e^(−(k + 1)/τ).

    Args:
        warmup_period: τ, ≥ 1.

    Example:
        >>> plan = ExponentialWarmup(4).plan(updates=10)
        >>> [round(plan(k), 3) for k in range(4)]
        [0.221, 0.393, 0.528, 0.632]

    Reference: pytorch_warmup 0.2.0, ExponentialWarmup.
    """
    return saturating(lasts("warmup_period", warmup_period))


def UntunedLinearWarmup(*, beta2: float) -> Schedule:
    """Return `LinearWarmup` over ⌊2/(1 − β₂)⌋ updates, computed in floating point.

    Args:
        beta2: of the optimizer, in [0, 1).

    Example:
        >>> print(UntunedLinearWarmup(beta2=0.99))
        warmup 199up linear

    Reference: pytorch_warmup 0.2.0, UntunedLinearWarmup; Ma & Yarats 2021.
    """
    return LinearWarmup(int(2.0 / (1.0 - _beta2(beta2))))


def UntunedExponentialWarmup(*, beta2: float) -> Schedule:
    """Return `ExponentialWarmup` over ⌊1/(1 − β₂)⌋ updates, computed in floating point.

    Args:
        beta2: of the optimizer, in [0, 1).

    Example:
        >>> print(UntunedExponentialWarmup(beta2=0.99))
        saturating 99up

    Reference: pytorch_warmup 0.2.0, UntunedExponentialWarmup; Ma & Yarats 2021.
    """
    return ExponentialWarmup(int(1.0 / (1.0 - _beta2(beta2))))


def RAdamWarmup(*, beta2: float) -> Schedule:
    """Return RAdam's rectification term, from the first step on at which it is defined.

    Args:
        beta2: of the optimizer, above 0.6 and below 1.

    Example:
        >>> round(RAdamWarmup(beta2=0.999).plan(updates=100)(0), 4)
        0.0173

    Reference: pytorch_warmup 0.2.0, RAdamWarmup; Liu et al. 2020, §4.
    """
    return rectified(_beta2(beta2))


def _beta2(value: float) -> float:
    number = within("beta2", value)
    if number == 1:
        raise ScheduleError("beta2 = 1 never forgets, its warmup has no end; use less than 1")
    return number
