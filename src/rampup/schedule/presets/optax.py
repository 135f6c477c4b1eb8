"""optax's schedules. Update k uses the value at count k: a warmup from 0 starts with a rate of 0.

Factors are relative to the highest of the rates that a schedule is given. They are those of optax
in float64; in its default float32 its rates are off by about 1e-7 of the peak, and by 2e-4 at the
end of a polynomial whose power is ½.
"""

from collections.abc import Mapping

from rampup.errors import ScheduleError
from rampup.schedule.build import decay, exponential, hold, steps, warmup
from rampup.schedule.presets.lines import levels, scaled
from rampup.schedule.presets.optax_cycles import (
    cosine_onecycle_schedule as cosine_onecycle_schedule,
    linear_onecycle_schedule as linear_onecycle_schedule,
    sgdr_schedule as sgdr_schedule,
)
from rampup.schedule.presets.pieces import above, lasts, ratio
from rampup.schedule.schedule import Schedule


def linear_schedule(
    init_value: float, end_value: float, transition_steps: int, transition_begin: int = 0
) -> Schedule:
    """Return a straight line between two rates, up or down.

    Without steps the rate stays at `init_value`, as in optax.

    Args:
        init_value: the rate at the start.
        end_value: the rate at the end.
        transition_steps: how long the line is.
        transition_begin: how long `init_value` is held before.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = linear_schedule(1.0, 0.5, 4).plan(updates=10)
        >>> plan(0), plan(2), plan(4)
        (1.0, 0.75, 0.5)

    Reference: optax 0.2.8, linear_schedule.
    """
    return polynomial_schedule(init_value, end_value, 1, transition_steps, transition_begin)


def polynomial_schedule(
    init_value: float,
    end_value: float,
    power: float,
    transition_steps: int,
    transition_begin: int = 0,
) -> Schedule:
    """Return a polynomial decay or rise between two rates.

    Without steps the rate stays at `init_value`, as in optax.

    Args:
        init_value: the rate at the start.
        end_value: the rate at the end.
        power: of what is left, > 0.
        transition_steps: how long it lasts.
        transition_begin: how long `init_value` is held before.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> polynomial_schedule(1.0, 0.0, 2, 10).plan(updates=10)(5)
        0.25

    Reference: optax 0.2.8, polynomial_schedule.
    """
    peak = max(init_value, end_value)
    start = ratio("init_value", init_value, peak, "the higher value")
    end = ratio("end_value", end_value, peak, "the higher value")
    if transition_steps <= 0:
        return scaled(hold(), start)
    if end <= start:
        curve = decay(f"polynomial({float(power)!r})", over=transition_steps, to=end)
    else:
        # what is left falls as (1 − p)^power, so a rise is 1 less that
        shape = "linear" if power == 1 else f"polynomial(1.0,{float(power)!r})"
        curve = warmup(transition_steps, shape, start=start, anchor="start")
    return scaled(hold(transition_begin), start) >> curve if transition_begin > 0 else curve


def piecewise_constant_schedule(
    init_value: float, boundaries_and_scales: Mapping[int, float] | None = None
) -> Schedule:
    """Return a rate that is multiplied at given updates.

    Args:
        init_value: the rate at the start.
        boundaries_and_scales: from an update to what multiplies the rate from it on, ≥ 0.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = piecewise_constant_schedule(0.5, {4: 2.0, 8: 0.25}).plan(updates=10)
        >>> plan(3), plan(4), plan(8)
        (0.5, 1.0, 0.25)

    Reference: optax 0.2.8, piecewise_constant_schedule.
    """
    at, values = [0], [init_value]
    for boundary, scale in sorted((boundaries_and_scales or {}).items()):
        if boundary <= 0:
            values[0] *= scale
        else:
            at.append(boundary)
            values.append(values[-1] * scale)
    peak = max(values)
    return levels(at, [ratio("a value", value, peak, "the highest value") for value in values])


def exponential_decay(
    init_value: float,
    transition_steps: int,
    decay_rate: float,
    transition_begin: int = 0,
    staircase: bool = False,
    end_value: float | None = None,
) -> Schedule:
    """Return a geometric decay, smooth or in steps.

    Departs: a `decay_rate` above 1 rises without end and is refused.

    Args:
        init_value: the rate at the start.
        transition_steps: how long one `decay_rate` takes; ≤ 0 holds `init_value`, as in optax.
        decay_rate: in [0, 1]; 0 holds `init_value`, as in optax.
        transition_begin: how long `init_value` is held before.
        staircase: True decays in steps.
        end_value: the lowest rate; with a `decay_rate` of 1, the only one, as in optax.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> exponential_decay(1.0, 10, 0.5, end_value=0.2).plan(updates=100)(20)
        0.25

    Reference: optax 0.2.8, exponential_decay.
    """
    if transition_steps <= 0 or decay_rate == 0:
        return hold()
    if staircase:
        curve = steps(every=transition_steps, gamma=decay_rate)
    else:
        curve = exponential(decay_rate, every=transition_steps)
    if end_value is not None:
        low = ratio("end_value", end_value, init_value, "init_value")
        if decay_rate == 1:
            # optax takes what does not fall for a rise, and clips it from above
            return scaled(hold(), low)
        curve = curve.clamped(low, 1.0)
    return hold(transition_begin) >> curve if transition_begin > 0 else curve


def cosine_decay_schedule(
    init_value: float, decay_steps: int, alpha: float = 0.0, exponent: float = 1.0
) -> Schedule:
    """Return a cosine decay.

    Args:
        init_value: the rate at the start.
        decay_steps: how long it lasts, ≥ 1.
        alpha: factor at the end.
        exponent: of the cosine, ≥ 0; 0 holds `init_value`.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> cosine_decay_schedule(0.1, 10, alpha=0.5).plan(updates=10)(5)
        0.75

    Reference: optax 0.2.8, cosine_decay_schedule.
    """
    above("init_value", init_value)
    return _cosine(lasts("decay_steps", decay_steps), alpha, exponent)


def warmup_constant_schedule(init_value: float, peak_value: float, warmup_steps: int) -> Schedule:
    """Return a linear warmup, then the peak.

    Departs at `warmup_steps=0`: optax then stays at `init_value` for ever, the preset uses the
    peak.

    Args:
        init_value: the rate at the start, at most `peak_value`.
        peak_value: the peak.
        warmup_steps: how long the warmup lasts, ≥ 0.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> print(warmup_constant_schedule(0.0, 1e-3, 4))
        warmup 4up linear anchor start >> hold

    Reference: optax 0.2.8, warmup_constant_schedule.
    """
    return _rise(init_value, peak_value, warmup_steps) >> hold()


def warmup_cosine_decay_schedule(
    init_value: float,
    peak_value: float,
    warmup_steps: int,
    decay_steps: int,
    end_value: float = 0.0,
    exponent: float = 1.0,
) -> Schedule:
    """Return a linear warmup and a cosine decay; `decay_steps` counts both.

    Args:
        init_value: the rate at the start, at most `peak_value`.
        peak_value: the peak.
        warmup_steps: how long the warmup lasts, ≥ 0.
        decay_steps: how long warmup and decay last together.
        end_value: the rate at the end.
        exponent: of the cosine, ≥ 0; 0 holds the peak.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> print(warmup_cosine_decay_schedule(0.0, 1e-3, 4, 10))
        warmup 4up linear anchor start >> decay 6up cosine to 0.0

    Reference: optax 0.2.8, warmup_cosine_decay_schedule.
    """
    if lasts("decay_steps", decay_steps) <= warmup_steps:
        raise ScheduleError(
            f"decay_steps={decay_steps} counts the warmup too and leaves nothing behind its "
            f"{warmup_steps} steps; make it longer"
        )
    to = ratio("end_value", end_value, peak_value, "peak_value")
    left = decay_steps - warmup_steps
    return _rise(init_value, peak_value, warmup_steps) >> _cosine(left, to, exponent)


def warmup_exponential_decay_schedule(
    init_value: float,
    peak_value: float,
    warmup_steps: int,
    transition_steps: int,
    decay_rate: float,
    transition_begin: int = 0,
    staircase: bool = False,
    end_value: float | None = None,
) -> Schedule:
    """Return a linear warmup and a geometric decay, see `exponential_decay`.

    Args:
        init_value: the rate at the start, at most `peak_value`.
        peak_value: the peak.
        warmup_steps: how long the warmup lasts, ≥ 0.
        transition_steps: how long one `decay_rate` takes.
        decay_rate: in [0, 1].
        transition_begin: how long the peak is held behind the warmup.
        staircase: True decays in steps.
        end_value: the lowest rate of the decay.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = warmup_exponential_decay_schedule(0.0, 1.0, 4, 10, 0.5).plan(updates=100)
        >>> plan(2), plan(4), plan(14)
        (0.5, 1.0, 0.5)

    Reference: optax 0.2.8, warmup_exponential_decay_schedule.
    """
    return _rise(init_value, peak_value, warmup_steps) >> exponential_decay(
        peak_value, transition_steps, decay_rate, transition_begin, staircase, end_value
    )


def _rise(init_value: float, peak_value: float, steps: int) -> Schedule:
    """Return the warmup that several schedules start with."""
    start = ratio("init_value", init_value, peak_value, "peak_value")
    return warmup(lasts("warmup_steps", steps, 0), start=start, anchor="start")


def _cosine(over: int, to: float, exponent: float) -> Schedule:
    """Return the decay (1 − to) · cosine^exponent + to."""
    if exponent == 0:
        return hold()
    return decay(f"cosine({float(exponent)!r})", over=over, to=to)
