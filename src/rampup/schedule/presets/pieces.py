"""What several presets check: whole numbers of updates, and rates as ratios."""

import math
from typing import Any, Final

from rampup.errors import ScheduleError
from rampup.units import plain

MOST: Final = 10_000
"""So many pieces are written out one by one; their text would be too long to be read back."""


def lasts(name: str, value: Any, least: int = 1) -> int:
    """Return `value`, a whole number of updates ≥ `least`, or refuse it.

    Raises:
        ScheduleError: it is something else.

    Example:
        >>> lasts("T_max", 5), lasts("T_max", 5.0)
        (5, 5)
    """
    number = plain(value)
    if not _is_number(number) or number % 1 != 0 or number < least:
        raise ScheduleError(f"{name} = {value!r} must be a whole number ≥ {least}")
    return int(number)


def behind(name: str, warm: Any, total_name: str, total: Any) -> int:
    """Return how many of `total` updates are behind `warm` ≥ 0 of them, or refuse them.

    Args:
        name: how the peer spells the length of the warmup.
        warm: that length.
        total_name: how the peer spells the length of warmup and all.
        total: that length.

    Raises:
        ScheduleError: they are no whole numbers, or the warmup leaves nothing.

    Example:
        >>> behind("warmup_steps", 4, "t_max", 10)
        6
    """
    left = lasts(total_name, total) - lasts(name, warm, least=0)
    if left < 1:
        raise ScheduleError(
            f"{name} = {warm} leaves nothing of {total_name} = {total}; shorten the warmup"
        )
    return left


def ratio(name: str, rate: Any, base_lr: Any, base: str = "base_lr") -> float:
    """Return `rate` / `base_lr`; 0 needs no base rate.

    Args:
        name: how the peer spells the rate.
        rate: absolute, in [0, base_lr].
        base_lr: of the optimizer, > 0.
        base: how the peer spells that.

    Raises:
        ScheduleError: the base rate is missing, or the rate is not between 0 and it.

    Example:
        >>> ratio("eta_min", 0.25, 0.5)
        0.5
    """
    part, whole = plain(rate), plain(base_lr)
    if whole is None:
        if part == 0:
            return 0.0
        of = " of the optimizer" if base == "base_lr" else ""
        raise ScheduleError(f"{name} = {rate!r} is a rate, not a factor; pass {base}=…{of} too")
    if not _is_number(whole) or not 0 < whole < math.inf:
        raise ScheduleError(f"{base} = {base_lr!r} must be a rate above 0, and finite")
    if not _is_number(part) or not 0 <= part <= whole:
        raise ScheduleError(f"{name} = {rate!r} must lie between 0 and {base} = {base_lr!r}")
    return float(part / whole)


def within(name: str, value: Any, low: float = 0.0, high: float = 1.0) -> float:
    """Return `value`, a number in [low, high], or refuse it.

    Raises:
        ScheduleError: it is something else.

    Example:
        >>> within("gamma", 0.5)
        0.5
    """
    number = plain(value)
    if not _is_number(number) or not low <= number <= high:
        raise ScheduleError(f"{name} = {value!r} must lie between {low:g} and {high:g}")
    return float(number)


def above(name: str, value: Any) -> float:
    """Return `value`, a finite number > 0, or refuse it.

    Raises:
        ScheduleError: it is something else.

    Example:
        >>> above("power", 2)
        2.0
    """
    number = plain(value)
    if not _is_number(number) or not 0 < number < math.inf:
        raise ScheduleError(f"{name} = {value!r} must be above 0, and finite")
    return float(number)


def writable(name: str, number: float) -> None:
    """Refuse a number of pieces that is too large to write them out one by one.

    Raises:
        ScheduleError: it is above `MOST`.

    Example:
        >>> writable("num_cycles", 2.5)
    """
    if number > MOST:
        raise ScheduleError(
            f"{name} = {number!r} is too many to be written out one by one; use at most {MOST}"
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
