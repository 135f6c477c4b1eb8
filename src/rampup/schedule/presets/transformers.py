"""transformers' schedules, one function per `SchedulerType`; the metric-driven ones are left out.

The warmup is k/W but in one of them: the first update uses 0 and update W the peak. `lr_end` and
`min_lr` are rates; transformers divides them by the optimizer's default rate, here `base_lr`.
"""

import math
from fractions import Fraction
from typing import Final

from rampup.errors import ScheduleError, known_name
from rampup.schedule import build
from rampup.schedule.build import decay, from_points, hold, warmup
from rampup.schedule.presets.pieces import above, behind, lasts, ratio, within, writable
from rampup.schedule.schedule import Schedule

TYPES: Final = ("linear", "cosine", "1-sqrt")


def constant() -> Schedule:
    """Return the base rate, always.

    Example:
        >>> constant().plan(updates=10)(7)
        1.0

    Reference: transformers 5.23, get_constant_schedule.
    """
    return hold()


def constant_with_warmup(num_warmup_steps: int) -> Schedule:
    """Return a linear rise, then the base rate.

    Update k < W uses k/W, those behind it the peak.

    Args:
        num_warmup_steps: W, ≥ 0.

    Example:
        >>> plan = constant_with_warmup(4).plan(updates=10)
        >>> [plan(k) for k in range(6)]
        [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]

    Reference: transformers 5.23, get_constant_schedule_with_warmup.
    """
    return _rise(num_warmup_steps) >> hold()


def linear(num_warmup_steps: int, num_training_steps: int) -> Schedule:
    """Return a linear rise and a linear fall to 0.

    Update k < W uses k/W, those behind it (T − k)/(T − W): the last one 1/(T − W).

    Args:
        num_warmup_steps: W, ≥ 0.
        num_training_steps: T, above W.

    Example:
        >>> print(linear(4, 10))
        warmup 4up linear anchor start >> decay 6up linear to 0.0

    Reference: transformers 5.23, get_linear_schedule_with_warmup.
    """
    rise, rest = _split(num_warmup_steps, num_training_steps)
    return rise >> decay(over=rest)


def cosine(num_warmup_steps: int, num_training_steps: int, num_cycles: float = 0.5) -> Schedule:
    """Return a linear rise and cosine waves.

    Update k < W uses k/W, those behind it (1 + cos 2πcp)/2 at p = (k − W)/(T − W). Departs: past
    T transformers goes on, which for half a wave means that it rises; here the end is held.

    Args:
        num_warmup_steps: W, ≥ 0.
        num_training_steps: T, above W.
        num_cycles: c, waves in T − W updates, > 0, at most 10,000; half a wave is one fall.

    Example:
        >>> print(cosine(4, 10))
        warmup 4up linear anchor start >> decay 6up cosine to 0.0

    Reference: transformers 5.23, get_cosine_schedule_with_warmup.
    """
    rise, rest = _split(num_warmup_steps, num_training_steps)
    return rise >> _waves(rest, num_cycles)


def cosine_with_restarts(
    num_warmup_steps: int, num_training_steps: int, num_cycles: float = 1
) -> Schedule:
    """Return a linear rise and half cosines that start again.

    Update k < W uses k/W, those behind it (1 + cos π(cp mod 1))/2 at p = (k − W)/(T − W), in
    floating point as transformers computes it: where c·p comes out just below a whole number,
    that update uses 0 and the next one starts again.

    Args:
        num_warmup_steps: W, ≥ 0.
        num_training_steps: T, above W.
        num_cycles: c, > 0, at most 10,000; the last one is cut short where it is no whole number.

    Example:
        >>> plan = cosine_with_restarts(4, 10, num_cycles=2).plan(updates=10)
        >>> [round(plan(k), 3) for k in range(4, 11)]
        [1.0, 0.75, 0.25, 1.0, 0.75, 0.25, 0.0]

    Reference: transformers 5.23, get_cosine_with_hard_restarts_schedule_with_warmup.
    """
    rise, rest = _split(num_warmup_steps, num_training_steps)
    num_cycles = above("num_cycles", num_cycles)
    writable("num_cycles", num_cycles)
    # between two updates or on one; there, floating point may put it one update late
    starts = [n * rest / Fraction(num_cycles) for n in range(1, math.ceil(num_cycles))]
    late = [at.denominator == 1 and num_cycles * (int(at) / rest) % 1.0 > 0.5 for at in starts]
    if num_cycles == int(num_cycles) and rest % num_cycles == 0 and not any(late):
        fall = decay("cosine", over=int(rest // num_cycles))
        return rise >> (fall if num_cycles == 1 else fall.repeated(int(num_cycles)))
    points = [(0.0, 1.0)]
    for start, delayed in zip(map(float, starts), late, strict=True):
        again = math.nextafter(start, math.inf if delayed else 0.0)
        points += [(min(start, again), 0.0), (max(start, again), 1.0)]
    points.append((math.ceil(num_cycles) * rest / num_cycles, 0.0))
    return rise >> from_points(points, "cosine").cut(rest, to=0.0)


def polynomial(
    num_warmup_steps: int,
    num_training_steps: int,
    lr_end: float = 1e-7,
    power: float = 1.0,
    *,
    base_lr: float | None = None,
) -> Schedule:
    """Return a linear rise and a polynomial fall to `lr_end`.

    Update k < W uses k/W, those behind it e + (1 − e)(1 − p)^power at p = (k − W)/(T − W), with
    e = lr_end/base_lr. A group whose rate is not the default one ends at e times its own.

    Args:
        num_warmup_steps: W, ≥ 0.
        num_training_steps: T, above W.
        lr_end: absolute rate at the end, at most the base rate.
        power: > 0.
        base_lr: the optimizer's default rate; needed where `lr_end` is not 0.

    Example:
        >>> print(polynomial(4, 10, lr_end=0.1, power=2, base_lr=1.0))
        warmup 4up linear anchor start >> decay 6up polynomial to 0.1

    Reference: transformers 5.23, get_polynomial_decay_schedule_with_warmup.
    """
    rise, rest = _split(num_warmup_steps, num_training_steps)
    shape = "linear" if power == 1 else f"polynomial({above('power', power)!r})"
    return rise >> decay(shape, over=rest, to=ratio("lr_end", lr_end, base_lr))


def inverse_sqrt(num_warmup_steps: int, timescale: int | None = None) -> Schedule:
    """Return a linear rise and a fall by an inverse square root.

    Update k < W uses k/W, those behind it 1/√((k − W + τ)/τ).

    Args:
        num_warmup_steps: W, ≥ 0.
        timescale: τ, ≥ 1; None is W, or 10,000 without a warmup.

    Example:
        >>> print(inverse_sqrt(4))
        warmup 4up linear anchor start >> inverse-sqrt 4up

    Reference: transformers 5.23, get_inverse_sqrt_schedule.
    """
    rise, scale = _rise(num_warmup_steps), timescale
    if scale is None:
        scale = num_warmup_steps or 10_000
    return rise >> build.inverse_sqrt(lasts("timescale", scale))


def cosine_with_min_lr(
    num_warmup_steps: int,
    num_training_steps: int,
    num_cycles: float = 0.5,
    min_lr: float | None = None,
    min_lr_rate: float | None = None,
    *,
    base_lr: float | None = None,
) -> Schedule:
    """Return `cosine` that falls to a minimum; the warmup still starts from 0.

    The wave lies between 1 and r, `min_lr_rate` or min_lr/base_lr. Departs as `cosine` does.

    Args:
        num_warmup_steps: W, ≥ 0.
        num_training_steps: T, above W.
        num_cycles: waves in T − W updates, > 0, at most 10,000.
        min_lr: absolute rate, at most the base rate.
        min_lr_rate: the same as a factor, in [0, 1]; give one of the two.
        base_lr: the optimizer's default rate; needed for a `min_lr` that is not 0.

    Example:
        >>> print(cosine_with_min_lr(4, 10, min_lr_rate=0.1))
        warmup 4up linear anchor start >> decay 6up cosine to 0.1

    Reference: transformers 5.23, get_cosine_with_min_lr_schedule_with_warmup.
    """
    rise, rest = _split(num_warmup_steps, num_training_steps)
    return rise >> _waves(rest, num_cycles, _minimum(min_lr, min_lr_rate, base_lr))


def cosine_warmup_with_min_lr(
    num_warmup_steps: int,
    num_training_steps: int,
    num_cycles: float = 0.5,
    min_lr: float | None = None,
    min_lr_rate: float | None = None,
    warmup_lr_rate: float | None = None,
    *,
    base_lr: float | None = None,
) -> Schedule:
    """Return a rise that wastes no update and a cosine whose last update uses the minimum.

    Update k < W uses (k + 1)/W, or w + (1 − w)·k/(W − 1) from `warmup_lr_rate` w; those behind
    it read the wave at p = (k − W + 1)/(T − W). Departs: past T transformers goes on and rises;
    here the end is held.

    Args:
        num_warmup_steps: W, ≥ 0.
        num_training_steps: T, above W.
        num_cycles: waves in T − W updates, > 0, at most 10,000.
        min_lr: absolute rate, at most the base rate.
        min_lr_rate: the same as a factor, in [0, 1]; give one of the two.
        warmup_lr_rate: factor of the first update, in [0, 1].
        base_lr: the optimizer's default rate; needed for a `min_lr` that is not 0.

    Example:
        >>> print(cosine_warmup_with_min_lr(4, 10, min_lr_rate=0.1))
        warmup 4up linear >> decay 6up cosine to 0.1 anchor end

    Reference: transformers 5.23, get_cosine_with_min_lr_schedule_with_warmup_lr_rate.
    """
    _, rest = _split(num_warmup_steps, num_training_steps)
    num_warmup_steps = int(num_warmup_steps)
    low = _minimum(min_lr, min_lr_rate, base_lr)
    if warmup_lr_rate is None:
        rise = warmup(num_warmup_steps)
    else:
        anchor = "ends" if num_warmup_steps > 1 else "start"
        rise = warmup(num_warmup_steps, start=warmup_lr_rate, anchor=anchor)
    if num_cycles == 0.5:
        return rise >> decay("cosine", over=rest, to=low, anchor="end")
    # the wave starts one update before it is alone, at the last of the warmup, where it is 1
    waves = _waves(rest, num_cycles, low, updates=rest + 1)
    if num_warmup_steps == 0:
        return waves.since(1)
    return rise * (hold(num_warmup_steps - 1) >> waves if num_warmup_steps > 1 else waves)


def warmup_stable_decay(
    num_warmup_steps: int,
    num_decay_steps: int,
    num_training_steps: int | None = None,
    num_stable_steps: int | None = None,
    warmup_type: str = "linear",
    decay_type: str = "cosine",
    min_lr_ratio: float = 0.0,
    num_cycles: float = 0.5,
) -> Schedule:
    """Return a rise from m, a hold at the peak and a fall to m, `min_lr_ratio`.

    Update k < W reads the rise at k/W, those after the hold the fall at (k − W − S)/D; behind it
    m is used.

    Args:
        num_warmup_steps: W, ≥ 0.
        num_decay_steps: D, ≥ 1.
        num_training_steps: T; S is then T − W − D.
        num_stable_steps: S, ≥ 0; it wins over T, for which transformers warns.
        warmup_type: `"linear"`, `"cosine"` or `"1-sqrt"`.
        decay_type: the same.
        min_lr_ratio: m, in [0, 1]; the warmup starts from it too.
        num_cycles: waves of a cosine in D updates, > 0, at most 10,000.

    Example:
        >>> print(warmup_stable_decay(4, 3, num_training_steps=10, decay_type="1-sqrt"))
        warmup 4up linear anchor start >> hold 3up >> decay 3up 1-sqrt to 0.0

    Reference: transformers 5.23, get_wsd_schedule.
    """
    for name, kind in (("warmup_type", warmup_type), ("decay_type", decay_type)):
        known_name(f"{name} {kind!r}", kind, TYPES)
    num_warmup_steps = lasts("num_warmup_steps", num_warmup_steps, least=0)
    num_decay_steps = lasts("num_decay_steps", num_decay_steps)
    min_lr_ratio = within("min_lr_ratio", min_lr_ratio)
    if num_stable_steps is None:
        if num_training_steps is None:
            raise ScheduleError("pass num_training_steps=… or num_stable_steps=…")
        total = lasts("num_training_steps", num_training_steps)
        num_stable_steps = total - num_warmup_steps - num_decay_steps
    else:
        num_stable_steps = lasts("num_stable_steps", num_stable_steps, least=0)
    if num_stable_steps < 0:
        raise ScheduleError(
            f"num_warmup_steps = {num_warmup_steps} and num_decay_steps = {num_decay_steps} leave "
            f"{num_stable_steps} stable steps; shorten one of them"
        )
    schedule = warmup(num_warmup_steps, warmup_type, start=min_lr_ratio, anchor="start")
    if num_stable_steps:
        schedule = schedule >> hold(num_stable_steps)
    if decay_type != "cosine":
        return schedule >> decay(decay_type, over=num_decay_steps, to=min_lr_ratio)
    return schedule >> _waves(num_decay_steps, num_cycles, min_lr_ratio, behind=min_lr_ratio)


def _rise(steps: int) -> Schedule:
    """Return the warmup that most of them have."""
    return warmup(lasts("num_warmup_steps", steps, least=0), anchor="start")


def _split(warm: int, total: int) -> tuple[Schedule, int]:
    """Return that warmup, and the updates behind it."""
    return _rise(warm), behind("num_warmup_steps", warm, "num_training_steps", total)


def _minimum(min_lr: float | None, min_lr_rate: float | None, base_lr: float | None) -> float:
    if (min_lr is None) == (min_lr_rate is None):
        raise ScheduleError("pass one of min_lr=… and min_lr_rate=…, and not both")
    if min_lr is not None:
        return ratio("min_lr", min_lr, base_lr)
    return within("min_lr_rate", min_lr_rate)


def _waves(
    over: int,
    cycles: float,
    low: float = 0.0,
    *,
    updates: int | None = None,
    behind: float | None = None,
) -> Schedule:
    """Return cosine waves between 1 and `low`, from 1 on.

    Args:
        over: updates that `cycles` waves take.
        cycles: how many there are.
        low: the other end of a wave.
        updates: how many are kept; None is `over`.
        behind: factor behind them; None is that at `over`.
    """
    cycles = above("num_cycles", cycles)
    writable("num_cycles", cycles)
    if cycles == 0.5 and updates is None:
        return decay("cosine", over=over, to=low)
    half = over / (2 * cycles)
    count = over if updates is None else updates
    # whole half waves that end on `over` are told apart from those that end behind it
    turns = math.ceil(2 * cycles)
    points = [(turn * half, low if turn % 2 else 1.0) for turn in range(turns)]
    points.append((float(over) if turns == 2 * cycles else turns * half, low if turns % 2 else 1.0))
    waves = from_points(points, "cosine")
    end = waves.plan(updates=int(points[-1][0]) + 1)(over) if behind is None else behind
    return waves.cut(count, to=end)
