"""How long to warm up: lengths that follow from the optimizer, each with its reference."""

from rampup.errors import ScheduleError
from rampup.units import Length, plain


def untuned_linear(beta2: float) -> Length:
    """Return 2 / (1 − β₂) updates, the linear warmup that needs no tuning with Adam.

    Args:
        beta2: of the optimizer, in [0, 1).

    Raises:
        ScheduleError: beta2 is out of range.

    Example:
        >>> untuned_linear(0.999)
        Length(value=2000, unit='up')

    Reference: Ma & Yarats 2021, On the Adequacy of Untuned Warmup.
    """
    return Length(round(2 / _one_minus(beta2)))


def untuned_exponential(beta2: float) -> Length:
    """Return 1 / (1 − β₂) updates, the timescale of `saturating` that needs no tuning with Adam.

    Args:
        beta2: of the optimizer, in [0, 1).

    Raises:
        ScheduleError: beta2 is out of range.

    Example:
        >>> untuned_exponential(0.999)
        Length(value=1000, unit='up')

    Reference: Ma & Yarats 2021, On the Adequacy of Untuned Warmup.
    """
    return Length(round(1 / _one_minus(beta2)))


def _one_minus(beta2: float) -> float:
    number: float = plain(beta2)
    if not 0 <= number < 1:
        raise ScheduleError(f"beta2 = {beta2!r} must lie between 0 and 1, 1 excluded")
    return 1 - number
