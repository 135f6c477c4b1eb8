"""Composer's schedulers, with its time strings and the lag of its trainer.

The trainer steps its schedulers before it advances its clock: update 0 and update 1 use the
factor at time 0, and update t the one at the time of update t − 1.

Times are numbers of `"10ba"` batches (updates), `"1ep"` epochs, `"2048sp"` samples, `"1000tok"`
tokens, or `"0.1dur"`, a fraction of the run. Departs in rounding: Composer rounds fractions of
the run down to a whole unit, a length here is rounded to the nearest update. The units of
`t_warmup` and `t_max` may differ, also where Composer takes only batches, epochs and fractions.
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from rampup.errors import ScheduleError, one_of
from rampup.schedule.build import decay, hold, steps, warmup
from rampup.schedule.presets.lines import scaled, slope
from rampup.schedule.schedule import Schedule
from rampup.units import Length

UNITS: Final = {"ba": "up", "ep": "ep", "sp": "sp", "tok": "tok", "dur": "%"}
"""Ours for each of Composer's units."""

RUN: Final = Length(100, "%")

_TIME: Final = re.compile(r"\s*(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*([a-z]+)\s*")


def ConstantScheduler(alpha: float = 1.0, t_max: str = "1dur") -> Schedule:
    """Return a constant factor up to `t_max`, then the base rate.

    Args:
        alpha: the factor.
        t_max: how long it lasts.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = ConstantScheduler(0.5, "4ba").plan(updates=10)
        >>> plan(4), plan(5)
        (0.5, 1.0)

    Reference: Composer 64051888, composer.optim.scheduler.
    """
    over = _time(t_max)
    if over == RUN:
        return hold().scaled(alpha)
    return (hold(over).scaled(alpha) >> hold().scaled(1.0)).delayed(1)


def LinearScheduler(alpha_i: float = 1.0, alpha_f: float = 0.0, t_max: str = "1dur") -> Schedule:
    """Return a straight line between two factors.

    Args:
        alpha_i: factor at the start.
        alpha_f: factor at the end.
        t_max: how long it takes.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = LinearScheduler(t_max="4ba").plan(updates=10)
        >>> [plan(k) for k in range(6)]
        [1.0, 1.0, 0.75, 0.5, 0.25, 0.0]

    Reference: Composer 64051888, composer.optim.scheduler.
    """
    return _lagged(slope(alpha_i, alpha_f, _time(t_max)), t_max)


def CosineAnnealingScheduler(t_max: str = "1dur", alpha_f: float = 0.0) -> Schedule:
    """Return a cosine decay.

    Args:
        t_max: how long it takes.
        alpha_f: factor at the end.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> print(CosineAnnealingScheduler("10ep", alpha_f=0.1))
        (decay 10ep cosine to 0.1 >> hold) delayed 1up

    Reference: Composer 64051888, composer.optim.scheduler.
    """
    return _lagged(decay("cosine", over=_time(t_max), to=alpha_f), t_max)


def PolynomialScheduler(power: float, t_max: str = "1dur", alpha_f: float = 0.0) -> Schedule:
    """Return a polynomial decay.

    Departs behind `t_max`, where Composer raises a negative number to the power; the preset holds
    `alpha_f`.

    Args:
        power: of what is left, > 0.
        t_max: how long it takes.
        alpha_f: factor at the end.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = PolynomialScheduler(2, "4ba").plan(updates=10)
        >>> plan(1), plan(3)
        (1.0, 0.25)

    Reference: Composer 64051888, composer.optim.scheduler.
    """
    return _lagged(decay(f"polynomial({float(power)!r})", over=_time(t_max), to=alpha_f), t_max)


def MultiStepScheduler(milestones: Sequence[str], gamma: float = 0.1) -> Schedule:
    """Return a factor that is multiplied by `gamma` at each milestone.

    Args:
        milestones: times, ascending.
        gamma: in [0, 1].

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = MultiStepScheduler(["4ba"], 0.5).plan(updates=10)
        >>> plan(4), plan(5)
        (1.0, 0.5)

    Reference: Composer 64051888, composer.optim.scheduler.
    """
    return steps([_time(milestone) for milestone in milestones], gamma).delayed(1)


def MultiStepWithWarmupScheduler(
    t_warmup: str, milestones: Sequence[str], gamma: float = 0.1
) -> Schedule:
    """Return a linear warmup, then a factor that is multiplied at each milestone.

    Milestones count from the start of the run. Departs for one within the warmup: Composer
    multiplies behind the warmup only, the preset at once.

    Args:
        t_warmup: how long the warmup takes.
        milestones: times, ascending.
        gamma: in [0, 1].

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = MultiStepWithWarmupScheduler("2ba", ["4ba"], 0.5).plan(updates=10)
        >>> [plan(k) for k in range(6)]
        [0.0, 0.0, 0.5, 1.0, 1.0, 0.5]

    Reference: Composer 64051888, composer.optim.scheduler.
    """
    rise = warmup(_time(t_warmup), anchor="start") >> hold()
    return (rise * steps([_time(milestone) for milestone in milestones], gamma)).delayed(1)


def LinearWithWarmupScheduler(
    t_warmup: str, alpha_i: float = 1.0, alpha_f: float = 0.0, t_max: str = "1dur"
) -> Schedule:
    """Return a linear warmup from 0, then a straight line between two factors.

    Args:
        t_warmup: how long the warmup takes.
        alpha_i: factor at its end, above 0.
        alpha_f: factor at the end.
        t_max: how long both take, longer than `t_warmup`.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = LinearWithWarmupScheduler("4ba").plan(updates=10)
        >>> [round(plan(k), 3) for k in range(10)]
        [0.0, 0.0, 0.25, 0.5, 0.75, 1.0, 0.833, 0.667, 0.5, 0.333]

    Reference: Composer 64051888, composer.optim.scheduler.
    """
    rise = scaled(warmup(_time(t_warmup), anchor="start"), alpha_i)
    left = _left(t_warmup, t_max)
    return _lagged(_both(rise >> slope(alpha_i, alpha_f, left), left, t_max), t_max)


def CosineAnnealingWithWarmupScheduler(
    t_warmup: str, t_max: str = "1dur", alpha_f: float = 0.0
) -> Schedule:
    """Return a linear warmup from 0, then a cosine decay.

    Args:
        t_warmup: how long the warmup takes.
        t_max: how long both take, longer than `t_warmup`.
        alpha_f: factor at the end.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> print(CosineAnnealingWithWarmupScheduler("0.1dur"))
        (warmup 10% linear anchor start >> decay cosine to 0.0) delayed 1up

    Reference: Composer 64051888, composer.optim.scheduler.
    """
    rise = warmup(_time(t_warmup), anchor="start")
    left = _left(t_warmup, t_max)
    return _lagged(_both(rise >> decay("cosine", over=left, to=alpha_f), left, t_max), t_max)


def PolynomialWithWarmupScheduler(
    t_warmup: str, power: float = 2.0, t_max: str = "1dur", alpha_f: float = 0.0
) -> Schedule:
    """Return a linear warmup from 0, then a polynomial decay.

    Args:
        t_warmup: how long the warmup takes.
        power: of what is left, > 0.
        t_max: how long both take, longer than `t_warmup`.
        alpha_f: factor at the end.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = PolynomialWithWarmupScheduler("2ba", t_max="6ba").plan(updates=10)
        >>> plan(2), plan(3), plan(5)
        (0.5, 1.0, 0.25)

    Reference: Composer 64051888, composer.optim.scheduler.
    """
    rise = warmup(_time(t_warmup), anchor="start")
    shape = f"polynomial({float(power)!r})"
    left = _left(t_warmup, t_max)
    return _lagged(_both(rise >> decay(shape, over=left, to=alpha_f), left, t_max), t_max)


def _time(text: object) -> Length:
    """Return the length that a time string says."""
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None or match[2] not in UNITS:
        raise ScheduleError(
            f"{text!r} is no time of training; write a number and one of {one_of(UNITS)}"
        )
    value = Fraction(match[1]) * (100 if match[2] == "dur" else 1)
    return Length(float(value), UNITS[match[2]])


def _left(t_warmup: str, t_max: str) -> Length | None:
    """Return what a warmup leaves of `t_max`, None where only the run tells."""
    first, both = _time(t_warmup), _time(t_max)
    if both == RUN or first.unit != both.unit:
        return None
    left = Fraction(repr(both.value)) - Fraction(repr(first.value))
    if left <= 0:
        raise ScheduleError(f"t_max={t_max!r} leaves nothing behind a warmup of {t_warmup!r}")
    # where lengths are rounded, the difference of two need not be what one leaves of the other
    return Length(float(left)) if both.unit == "up" else None


def _both(schedule: Schedule, left: Length | None, t_max: str) -> Schedule:
    """Return a warmup and what is left of `t_max` for the phase behind it."""
    return schedule if left is not None or _time(t_max) == RUN else schedule.within(_time(t_max))


def _lagged(schedule: Schedule, t_max: str) -> Schedule:
    """Return what the trainer uses of `schedule`, which holds its end behind `t_max`."""
    return (schedule if _time(t_max) == RUN else schedule >> hold()).delayed(1)
