"""What several presets are made of: rates as ratios, steps without end, curves stopped early."""

from typing import Any, Final

from rampup.errors import ScheduleError
from rampup.schedule.build import restarts
from rampup.schedule.schedule import Schedule

FLAT: Final = "polynomial(1e-300)"
"""A decay that stays at its start and drops at its end: x^1e-300 is 1 for every float x > 0."""


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


def staircase(step: int, gamma: float) -> Schedule:
    """Return gamma^⌊k / step⌋, without end.

    Example:
        >>> plan = staircase(3, 0.5).plan(updates=10)
        >>> [plan(k) for k in (0, 2, 3, 6)]
        [1.0, 1.0, 0.5, 0.25]
    """
    return restarts(step, peak=gamma, shape=FLAT)


def cut(schedule: Schedule, updates: int, to: float) -> Schedule:
    """Return `schedule` for its first `updates` updates, as a cooldown that comes too late.

    The cooldown branches off at the last of them, which therefore still uses its own factor.

    Args:
        schedule: what to cut.
        updates: how many of its updates are kept, ≥ 1.
        to: factor that is held behind them, at most that of the last one.

    Example:
        >>> from rampup import decay
        >>> plan = cut(decay(over=8), 4, to=0.0).plan(updates=8)
        >>> [plan(k) for k in range(6)]
        [1.0, 0.875, 0.75, 0.625, 0.0, 0.0]
    """
    return schedule.cooldown(at=updates - 1, over=1, shape="linear", to=to)
