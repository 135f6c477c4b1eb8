"""keras.optimizers.schedules. Update k uses the value at step k, `optimizer.iterations`.

Factors are relative to the highest of the rates that a schedule is given. keras computes in
float32, so that its rates agree to about 1e-7 of the peak, and steps above 2^24 collapse there.
"""

from collections.abc import Sequence

from rampup.errors import ScheduleError
from rampup.schedule.build import (
    decay,
    exponential,
    hold,
    inverse_time,
    restarts,
    steps,
    warmup,
)
from rampup.schedule.presets.lines import levels
from rampup.schedule.presets.pieces import above, lasts, ratio
from rampup.schedule.schedule import Schedule


def CosineDecay(
    initial_learning_rate: float,
    decay_steps: int,
    alpha: float = 0.0,
    warmup_target: float | None = None,
    warmup_steps: int = 0,
) -> Schedule:
    """Return a cosine decay, with a linear warmup where there is a target for it.

    `decay_steps` does not count the warmup. Without `warmup_target` there is no warmup, whatever
    `warmup_steps` says, as in keras.

    Args:
        initial_learning_rate: the rate at the start.
        decay_steps: how long the decay lasts, ≥ 1.
        alpha: factor at the end.
        warmup_target: the peak, at least `initial_learning_rate`.
        warmup_steps: how long the warmup lasts, ≥ 0.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> print(CosineDecay(0.0, 6, warmup_target=0.1, warmup_steps=4))
        warmup 4up linear anchor start >> decay 6up cosine to 0.0

    Reference: keras 3.15.1, keras.optimizers.schedules.CosineDecay.
    """
    fall = decay("cosine", over=lasts("decay_steps", decay_steps), to=alpha)
    if warmup_target is None:
        above("initial_learning_rate", initial_learning_rate)
        return fall
    start = ratio("initial_learning_rate", initial_learning_rate, warmup_target, "warmup_target")
    return warmup(lasts("warmup_steps", warmup_steps, 0), start=start, anchor="start") >> fall


def CosineDecayRestarts(
    initial_learning_rate: float,
    first_decay_steps: int,
    t_mul: float = 2.0,
    m_mul: float = 1.0,
    alpha: float = 0.0,
) -> Schedule:
    """Return cosine decays that start again, each longer and lower than the one before.

    Departs at a restart where the float32 logarithm of keras misses it by one update.

    Args:
        initial_learning_rate: the rate at the start.
        first_decay_steps: length of the first decay, ≥ 1.
        t_mul: each length over the one before, ≥ 1.
        m_mul: each height above `alpha` over the one before, in [0, 1].
        alpha: factor at the end of each decay.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = CosineDecayRestarts(0.1, 4, m_mul=0.5).plan(updates=30)
        >>> plan(0), plan(4), plan(12)
        (1.0, 0.5, 0.25)

    Reference: keras 3.15.1, keras.optimizers.schedules.CosineDecayRestarts.
    """
    above("initial_learning_rate", initial_learning_rate)
    period = lasts("first_decay_steps", first_decay_steps)
    if m_mul == 1:
        return restarts(period, times=t_mul, to=alpha)
    falling = restarts(period, times=t_mul, peak=m_mul)
    return falling.lifted(alpha) if alpha else falling


def ExponentialDecay(
    initial_learning_rate: float, decay_steps: int, decay_rate: float, staircase: bool = False
) -> Schedule:
    """Return a geometric decay, smooth or in steps.

    Args:
        initial_learning_rate: the rate at the start.
        decay_steps: how long one `decay_rate` takes, ≥ 1.
        decay_rate: in (0, 1].
        staircase: True decays in steps.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> ExponentialDecay(0.1, 10, 0.5).plan(updates=100)(20)
        0.25

    Reference: keras 3.15.1, keras.optimizers.schedules.ExponentialDecay.
    """
    above("initial_learning_rate", initial_learning_rate)
    step = lasts("decay_steps", decay_steps)
    if staircase:
        return steps(every=step, gamma=decay_rate)
    return exponential(decay_rate, every=step)


def InverseTimeDecay(
    initial_learning_rate: float, decay_steps: float, decay_rate: float, staircase: bool = False
) -> Schedule:
    """Return a fall by 1 / (1 + decay_rate · k / decay_steps), smooth or in steps.

    Args:
        initial_learning_rate: the rate at the start.
        decay_steps: how long one `decay_rate` takes, above 0; whole where it is in steps.
        decay_rate: > 0.
        staircase: True rounds k / decay_steps down.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = InverseTimeDecay(0.1, decay_steps=10, decay_rate=0.5).plan(updates=100)
        >>> plan(20), plan(60)
        (0.5, 0.25)

    Reference: keras 3.15.1, keras.optimizers.schedules.InverseTimeDecay.
    """
    above("initial_learning_rate", initial_learning_rate)
    if staircase or decay_steps == int(decay_steps):
        whole = decay_steps if staircase else int(decay_steps)
        return inverse_time(decay_rate, every=lasts("decay_steps", whole), stairs=staircase)
    if not decay_steps > 0:
        raise ScheduleError(f"decay_steps = {decay_steps!r} must be above 0")
    return inverse_time(decay_rate / decay_steps)


def PiecewiseConstantDecay(boundaries: Sequence[int], values: Sequence[float]) -> Schedule:
    """Return rates that each hold up to a boundary and with it.

    Args:
        boundaries: the last update of each value but the last, ascending, ≥ 0.
        values: one more than the boundaries, each ≥ 0.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = PiecewiseConstantDecay([3, 7], [1.0, 0.5, 0.1]).plan(updates=10)
        >>> plan(3), plan(4), plan(8)
        (1.0, 0.5, 0.1)

    Reference: keras 3.15.1, keras.optimizers.schedules.PiecewiseConstantDecay.
    """
    if len(boundaries) != len(values) - 1:
        raise ScheduleError(
            f"{len(values)} values need {len(values) - 1} boundaries, not {len(boundaries)}"
        )
    at = [0, *(lasts("a boundary", boundary, 0) + 1 for boundary in boundaries)]
    if at != sorted(set(at)):
        raise ScheduleError(f"boundaries={list(boundaries)!r} must ascend")
    peak = max(values)
    return levels(at, [ratio("a value", value, peak, "the highest value") for value in values])


def PolynomialDecay(
    initial_learning_rate: float,
    decay_steps: int,
    end_learning_rate: float = 0.0001,
    power: float = 1.0,
    cycle: bool = False,
) -> Schedule:
    """Return a polynomial decay to an absolute rate, once or again and again.

    With `cycle` the decay is the last part of one that takes the next multiple of `decay_steps`:
    behind the c-th multiple it leaps up to about 1/(c + 1)^power of its height.

    Args:
        initial_learning_rate: the rate at the start.
        decay_steps: how long the decay lasts, ≥ 1.
        end_learning_rate: the rate at the end, at most the one at the start.
        power: of what is left, > 0.
        cycle: True starts again behind each multiple of `decay_steps`.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = PolynomialDecay(0.1, 10, end_learning_rate=0.05).plan(updates=10)
        >>> plan(0), plan(5)
        (1.0, 0.75)

    Reference: keras 3.15.1, keras.optimizers.schedules.PolynomialDecay.
    """
    to = ratio(
        "end_learning_rate", end_learning_rate, initial_learning_rate, "initial_learning_rate"
    )
    shape = f"polynomial({float(power)!r})"
    period = lasts("decay_steps", decay_steps)
    if not cycle:
        return decay(shape, over=period, to=to)
    # each multiple belongs to the decay that ends there, so they are read at their ends
    falls = decay(shape, over=period, anchor="end").repeated()
    heights = inverse_time(1.0, every=period, power=power, stairs=True)
    again = hold(1) >> falls * heights
    return again.lifted(to) if to else again
