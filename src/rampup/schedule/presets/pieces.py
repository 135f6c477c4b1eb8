"""What several presets check: whole numbers of updates, and rates as ratios."""

from typing import Any

from rampup.errors import ScheduleError


def lasts(name: str, value: Any, least: int = 1) -> int:
    """Return `value`, a whole number of updates ≥ `least`, or refuse it.

    Raises:
        ScheduleError: it is something else.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ScheduleError(f"{name} = {value!r} must be a whole number ≥ {least}")
    return value


def ratio(name: str, rate: float, base_lr: float | None) -> float:
    """Return `rate` / `base_lr`; 0 needs no base rate.

    Args:
        name: how the peer spells the rate.
        rate: absolute, in [0, base_lr].
        base_lr: of the optimizer, > 0.

    Raises:
        ScheduleError: the base rate is missing, or the rate is not between 0 and it.

    Example:
        >>> ratio("eta_min", 0.25, 0.5)
        0.5
    """
    if base_lr is None:
        if rate == 0:
            return 0.0
        raise ScheduleError(
            f"{name} = {rate!r} is a rate, not a factor; pass base_lr=… of the optimizer too"
        )
    if not base_lr > 0:
        raise ScheduleError(f"base_lr = {base_lr!r}: a base rate must be above 0")
    if not 0 <= rate <= base_lr:
        raise ScheduleError(f"{name} = {rate!r} must lie between 0 and the base rate {base_lr!r}")
    return rate / base_lr
