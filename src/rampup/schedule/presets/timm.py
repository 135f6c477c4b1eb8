"""The schedules of timm.scheduler, stepped as its own training script does.

The t-th update (or epoch) uses the peer's value at t, so a warmup from 0 starts with a rate of
0 and meets the base rate at t = warmup_t. Arguments that several of them share:

* `warmup_t`, `warmup_lr_init`: a linear warmup from that absolute rate.
* `warmup_prefix`: True starts the decay behind the warmup. False starts it at t = 0, hidden by
  the warmup, after which the rate jumps into the middle of the decay.
* `t_in_epochs`: every t counts epochs and the rate changes once in each; False counts updates.
* `lr_min`: the absolute rate at the end.
* `cycle_limit` cycles, each `cycle_mul` times as long and from `cycle_decay` times as high.
* `base_lr`: the rate in the optimizer, needed where one of the absolute rates is not 0.

Noise is no part of a schedule and is left out.
"""

import math
from collections.abc import Sequence

from rampup.errors import ScheduleError, one_of
from rampup.schedule.build import decay, hold, inverse_sqrt, restarts, steps
from rampup.schedule.presets.lines import line, scaled
from rampup.schedule.presets.pieces import FLAT, lasts, ratio
from rampup.schedule.schedule import Schedule
from rampup.units import Length


def CosineLRScheduler(
    t_initial: int,
    lr_min: float = 0.0,
    cycle_mul: float = 1.0,
    cycle_decay: float = 1.0,
    cycle_limit: int = 1,
    warmup_t: int = 0,
    warmup_lr_init: float = 0.0,
    warmup_prefix: bool = False,
    t_in_epochs: bool = True,
    k_decay: float = 1.0,
    *,
    base_lr: float | None = None,
) -> Schedule:
    """Return a cosine decay with warmup, restarts and k-decay.

    With the default `warmup_prefix=False` the peak is never used: the first rate behind the
    warmup is already that of t = warmup_t. Departs where timm's own logarithm misses a restart
    by one (`cycle_mul=3`, from the fifth on), and where `cycle_decay` leads below `lr_min`: timm
    then climbs to it, the preset stays there.

    Args:
        t_initial: length of the first cycle.
        lr_min: see the module.
        cycle_mul: a whole number ≥ 1, see the module.
        cycle_decay: see the module.
        cycle_limit: see the module.
        warmup_t: see the module.
        warmup_lr_init: see the module.
        warmup_prefix: see the module.
        t_in_epochs: see the module.
        k_decay: power of the progress.
        base_lr: see the module.

    Example:
        >>> schedule = CosineLRScheduler(10, warmup_t=4, t_in_epochs=False)
        >>> plan = schedule.plan(updates=10)
        >>> [round(plan(k), 3) for k in (0, 3, 4, 9)]
        [0.0, 0.75, 0.655, 0.024]

    Reference: timm 1.0.31, timm.scheduler.cosine_lr.
    """
    shape = "cosine" if k_decay == 1 else f"k-decay({float(k_decay)!r})"
    to = ratio("lr_min", lr_min, base_lr)
    unit = "ep" if t_in_epochs else "up"
    cycles = _cycles(t_initial, shape, to, cycle_mul, cycle_decay, cycle_limit, unit)
    start = ratio("warmup_lr_init", warmup_lr_init, base_lr)
    return _warmed(cycles, warmup_t, start, warmup_prefix, unit)


def TanhLRScheduler(
    t_initial: int,
    lb: float = -7.0,
    ub: float = 3.0,
    lr_min: float = 0.0,
    cycle_mul: float = 1.0,
    cycle_decay: float = 1.0,
    cycle_limit: int = 1,
    warmup_t: int = 0,
    warmup_lr_init: float = 0.0,
    warmup_prefix: bool = False,
    t_in_epochs: bool = True,
    *,
    base_lr: float | None = None,
) -> Schedule:
    """Return a hyperbolic-tangent decay with warmup and restarts.

    Without `warmup_prefix` the warmup leads to the decay's value at t = warmup_t, not to the
    base rate. The decay never quite starts at the base rate (without a warmup, the first update
    does use it) nor reaches `lr_min`, which holds behind it.

    Args:
        t_initial: length of the first cycle.
        lb: where on the tangent a cycle starts.
        ub: where it ends, above `lb`.
        lr_min: see the module.
        cycle_mul: a whole number ≥ 1, see the module.
        cycle_decay: see the module.
        cycle_limit: see the module.
        warmup_t: see the module.
        warmup_lr_init: see the module.
        warmup_prefix: see the module.
        t_in_epochs: see the module.
        base_lr: see the module.

    Example:
        >>> plan = TanhLRScheduler(10, warmup_t=4, t_in_epochs=False).plan(updates=10)
        >>> [round(plan(k), 3) for k in (0, 3, 4, 9)]
        [0.0, 0.748, 0.998, 0.018]

    Reference: timm 1.0.31, timm.scheduler.tanh_lr.
    """
    to = ratio("lr_min", lr_min, base_lr)
    unit = "ep" if t_in_epochs else "up"
    shape = f"tanh({float(lb)!r},{float(ub)!r})"
    cycles = _cycles(t_initial, shape, to, cycle_mul, cycle_decay, cycle_limit, unit)
    start = ratio("warmup_lr_init", warmup_lr_init, base_lr)
    top = 1.0
    if warmup_t and not warmup_prefix:
        run = round(t_initial * max(cycle_mul, 1) ** cycle_limit * cycle_limit) + warmup_t + 1
        top = cycles.plan(updates=run, updates_per_epoch=1)(warmup_t)
    return _warmed(cycles, warmup_t, start, warmup_prefix, unit, top)


def PolyLRScheduler(
    t_initial: int,
    power: float = 0.5,
    lr_min: float = 0.0,
    cycle_mul: float = 1.0,
    cycle_decay: float = 1.0,
    cycle_limit: int = 1,
    warmup_t: int = 0,
    warmup_lr_init: float = 0.0,
    warmup_prefix: bool = False,
    t_in_epochs: bool = True,
    *,
    base_lr: float | None = None,
) -> Schedule:
    """Return a polynomial decay with warmup and restarts, without k-decay.

    Args:
        t_initial: length of the first cycle.
        power: of what is left of the cycle.
        lr_min: see the module.
        cycle_mul: a whole number ≥ 1, see the module.
        cycle_decay: see the module.
        cycle_limit: see the module.
        warmup_t: see the module.
        warmup_lr_init: see the module.
        warmup_prefix: see the module.
        t_in_epochs: see the module.
        base_lr: see the module.

    Example:
        >>> plan = PolyLRScheduler(10, power=1, t_in_epochs=False).plan(updates=10)
        >>> plan(0), plan(5)
        (1.0, 0.5)

    Reference: timm 1.0.31, timm.scheduler.poly_lr.
    """
    to = ratio("lr_min", lr_min, base_lr)
    unit = "ep" if t_in_epochs else "up"
    shape = f"polynomial({float(power)!r})"
    cycles = _cycles(t_initial, shape, to, cycle_mul, cycle_decay, cycle_limit, unit)
    start = ratio("warmup_lr_init", warmup_lr_init, base_lr)
    return _warmed(cycles, warmup_t, start, warmup_prefix, unit)


def StepLRScheduler(
    decay_t: int,
    decay_rate: float = 1.0,
    warmup_t: int = 0,
    warmup_lr_init: float = 0.0,
    warmup_prefix: bool = True,
    t_in_epochs: bool = True,
    *,
    base_lr: float | None = None,
) -> Schedule:
    """Return steps down at every `decay_t`, with warmup.

    Args:
        decay_t: length of a step, whole.
        decay_rate: each step over the one before, in [0, 1].
        warmup_t: see the module.
        warmup_lr_init: see the module.
        warmup_prefix: see the module.
        t_in_epochs: see the module.
        base_lr: see the module.

    Example:
        >>> plan = StepLRScheduler(4, 0.5, warmup_t=2, t_in_epochs=False).plan(updates=20)
        >>> [plan(k) for k in (1, 2, 5, 6, 10)]
        [0.5, 1.0, 1.0, 0.5, 0.25]

    Reference: timm 1.0.31, timm.scheduler.step_lr.
    """
    unit = "ep" if t_in_epochs else "up"
    stairs = restarts(Length(lasts("decay_t", decay_t), unit), peak=decay_rate, shape=FLAT)
    start = ratio("warmup_lr_init", warmup_lr_init, base_lr)
    return _warmed(stairs, warmup_t, start, warmup_prefix, unit)


def MultiStepLRScheduler(
    decay_t: Sequence[int],
    decay_rate: float = 1.0,
    warmup_t: int = 0,
    warmup_lr_init: float = 0.0,
    warmup_prefix: bool = True,
    t_in_epochs: bool = True,
    *,
    base_lr: float | None = None,
) -> Schedule:
    """Return steps down at the milestones `decay_t`, with warmup.

    A milestone m is in force from t = m − 1 on, one earlier than in torch; timm keeps it so on
    purpose.

    Args:
        decay_t: milestones, ascending, counted from the end of the warmup if `warmup_prefix`.
        decay_rate: what each multiplies the rate by, in [0, 1].
        warmup_t: see the module.
        warmup_lr_init: see the module.
        warmup_prefix: see the module.
        t_in_epochs: see the module.
        base_lr: see the module.

    Example:
        >>> plan = MultiStepLRScheduler([4, 8], 0.5, t_in_epochs=False).plan(updates=10)
        >>> [plan(k) for k in (2, 3, 7)]
        [1.0, 0.5, 0.25]

    Reference: timm 1.0.31, timm.scheduler.multistep_lr.
    """
    unit = "ep" if t_in_epochs else "up"
    late = [milestone for milestone in decay_t if milestone > 1]
    at = [Length(milestone - 1, unit) for milestone in late]
    stairs = scaled(steps(at, decay_rate) if at else hold(), decay_rate ** (len(decay_t) - len(at)))
    start = ratio("warmup_lr_init", warmup_lr_init, base_lr)
    return _warmed(stairs, warmup_t, start, warmup_prefix, unit)


def WSDLRScheduler(
    t_initial: int,
    decay_t: int,
    lr_min: float = 0.0,
    stable_fn: str = "constant",
    stable_timescale: float | None = None,
    decay_fn: str = "1-sqrt",
    decay_ratio: float = 0.1,
    warmup_t: int = 0,
    warmup_lr_init: float = 0.0,
    t_in_epochs: bool = True,
    *,
    base_lr: float | None = None,
) -> Schedule:
    """Return warmup, a stable phase and a decay: timm's `wsd`, and its `rsqrt`.

    The warmup is always a prefix: all of it lasts `warmup_t + t_initial`.

    Args:
        t_initial: length of the stable phase and the decay together.
        decay_t: length of the decay, its last part.
        lr_min: see the module; 0 where the stable phase falls.
        stable_fn: `"constant"`, or `"rsqrt"` that falls on through the decay.
        stable_timescale: of `"rsqrt"`; None is `warmup_t`.
        decay_fn: `"linear"`, `"1-sqrt"`, `"cosine"` or `"exp"`.
        decay_ratio: of `"exp"`, in (0, 1).
        warmup_t: see the module.
        warmup_lr_init: see the module.
        t_in_epochs: see the module.
        base_lr: see the module.

    Raises:
        ScheduleError: an argument cannot be meant, or says a curve that has no text.

    Example:
        >>> plan = WSDLRScheduler(6, 4, warmup_t=4, t_in_epochs=False).plan(updates=10)
        >>> [round(plan(k), 3) for k in (3, 4, 6, 7, 9)]
        [0.75, 1.0, 1.0, 0.5, 0.134]

    Reference: timm 1.0.31, timm.scheduler.wsd_lr.
    """
    unit = "ep" if t_in_epochs else "up"
    to = ratio("lr_min", lr_min, base_lr)
    shapes = {"linear": "linear", "1-sqrt": "1-sqrt", "cosine": "cosine"}
    if 0 < decay_ratio < 1:
        shapes["exp"] = f"saturating({math.log(decay_ratio)!r})"
    if decay_fn not in shapes:
        raise ScheduleError(f"decay_fn={decay_fn!r} is no preset; use one of {one_of(shapes)}")
    if not 0 < decay_t <= t_initial:
        raise ScheduleError(
            f"decay_t={decay_t!r} must be above 0 and at most t_initial={t_initial!r}"
        )
    fall = decay(shapes[decay_fn], over=Length(decay_t, unit), to=to)
    body = hold(Length(t_initial - decay_t, unit)) >> fall if decay_t < t_initial else fall
    if stable_fn == "rsqrt":
        if to:
            raise ScheduleError(
                f"lr_min={lr_min!r}: a decay to it from a stable phase that falls is no product "
                "of phases; use lr_min=0"
            )
        timescale = warmup_t if stable_timescale is None else stable_timescale
        body = inverse_sqrt(Length(timescale, unit)) * body
    elif stable_fn != "constant":
        raise ScheduleError(f"stable_fn={stable_fn!r} is no preset; use 'constant' or 'rsqrt'")
    start = ratio("warmup_lr_init", warmup_lr_init, base_lr)
    return _warmed(body, warmup_t, start, True, unit)


def _cycles(
    t_initial: int, shape: str, to: float, mul: float, peak: float, limit: int, unit: str
) -> Schedule:
    """Return `limit` decays, then their end."""
    if limit == 1:
        return decay(shape, over=Length(t_initial, unit), to=to)
    if mul < 1 or mul != int(mul):
        raise ScheduleError(
            f"cycle_mul={mul!r}: cycles last whole updates, so it must be a whole number ≥ 1"
        )
    count = limit if mul == 1 else (int(mul) ** limit - 1) // (int(mul) - 1)
    over = Length(t_initial * count, unit)
    period = Length(t_initial, unit)
    return restarts(period, mul, peak, shape, to, over) >> hold().scaled(to)


def _warmed(
    body: Schedule, warmup_t: int, start: float, prefix: bool, unit: str, top: float = 1.0
) -> Schedule:
    """Return `body` behind a warmup from `start` to `top`, or with its beginning hidden by it."""
    over, one = Length(warmup_t, unit), Length(1, unit)
    if not warmup_t and body.plan(updates=10**9, updates_per_epoch=1)(0) != 1:
        # nothing sets the rate before the first step
        body = hold(one) >> body.since(one)
    elif warmup_t:
        rise = line(start, top, over) if max(start, top) else hold(over).scaled(0.0)
        body = rise >> (body if prefix else body.since(over))
    return body.per_epoch() if unit == "ep" else body
