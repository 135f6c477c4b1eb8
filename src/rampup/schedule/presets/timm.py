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
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from rampup.errors import ScheduleError, among, known_name, one_of
from rampup.schedule.build import decay, hold, inverse_time, restarts, steps
from rampup.schedule.presets.lines import line, scaled
from rampup.schedule.presets.pieces import lasts, ratio, within, writable
from rampup.schedule.presets.torch_composed import staircase
from rampup.schedule.schedule import Schedule
from rampup.units import Length, plain

STABLE: Final = ("constant", "rsqrt", "power")


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
        cycle_mul: ≥ 1, see the module.
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
    clock = _Clock(t_in_epochs=t_in_epochs, base_lr=base_lr)
    cycles = clock.cycles(shape, t_initial, lr_min, cycle_mul, cycle_decay, cycle_limit)
    return clock.warmed(cycles, warmup_t, warmup_lr_init, warmup_prefix)


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
    does use it) nor reaches `lr_min`, which holds behind it. Departs as `CosineLRScheduler` does.

    Args:
        t_initial: length of the first cycle.
        lb: where on the tangent a cycle starts.
        ub: where it ends, above `lb`.
        lr_min: see the module.
        cycle_mul: ≥ 1, see the module.
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
    clock = _Clock(t_in_epochs=t_in_epochs, base_lr=base_lr)
    shape = f"tanh({float(lb)!r},{float(ub)!r})"
    cycles = clock.cycles(shape, t_initial, lr_min, cycle_mul, cycle_decay, cycle_limit)
    top = 1.0
    if warmup_t and not warmup_prefix:
        run = round(t_initial * max(cycle_mul, 1) ** cycle_limit * cycle_limit) + warmup_t + 1
        top = cycles.plan(updates=run, updates_per_epoch=1)(warmup_t)
    return clock.warmed(cycles, warmup_t, warmup_lr_init, warmup_prefix, top)


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
    k_decay: float = 1.0,
    *,
    base_lr: float | None = None,
) -> Schedule:
    """Return a polynomial decay with warmup, restarts and k-decay.

    Departs as `CosineLRScheduler` does.

    Args:
        t_initial: length of the first cycle.
        power: of what is left of the cycle.
        lr_min: see the module.
        cycle_mul: ≥ 1, see the module.
        cycle_decay: see the module.
        cycle_limit: see the module.
        warmup_t: see the module.
        warmup_lr_init: see the module.
        warmup_prefix: see the module.
        t_in_epochs: see the module.
        k_decay: power of the progress.
        base_lr: see the module.

    Example:
        >>> plan = PolyLRScheduler(10, power=1, t_in_epochs=False).plan(updates=10)
        >>> plan(0), plan(5)
        (1.0, 0.5)

    Reference: timm 1.0.31, timm.scheduler.poly_lr.
    """
    clock = _Clock(t_in_epochs=t_in_epochs, base_lr=base_lr)
    shape = f"polynomial({float(power)!r},{float(k_decay)!r})"
    cycles = clock.cycles(shape, t_initial, lr_min, cycle_mul, cycle_decay, cycle_limit)
    return clock.warmed(cycles, warmup_t, warmup_lr_init, warmup_prefix)


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
    clock = _Clock(t_in_epochs=t_in_epochs, base_lr=base_lr)
    stairs = steps(every=clock.length(lasts("decay_t", decay_t)), gamma=decay_rate)
    return clock.warmed(stairs, warmup_t, warmup_lr_init, warmup_prefix)


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
    purpose. One that is given n times counts n times. Departs: timm takes milestones that are not
    in order and passes over some of them; here they are refused.

    Args:
        decay_t: milestones, in order, counted from the end of the warmup if `warmup_prefix`.
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
    clock = _Clock(t_in_epochs=t_in_epochs, base_lr=base_lr)
    at = [lasts("a milestone of decay_t", milestone, least=0) for milestone in decay_t]
    if at != sorted(at):
        raise ScheduleError(f"decay_t = {list(decay_t)} must be in order; timm halves it to search")
    rate = within("decay_rate", decay_rate)
    later = [clock.length(milestone - 1) for milestone in at if milestone > 1]
    stairs = scaled(staircase(later, rate), rate ** (len(at) - len(later)))
    return clock.warmed(stairs, warmup_t, warmup_lr_init, warmup_prefix)


def WSDLRScheduler(
    t_initial: int,
    decay_t: int,
    lr_min: float = 0.0,
    stable_fn: str = "constant",
    stable_timescale: float | None = None,
    stable_power: float = 0.5,
    decay_fn: str = "1-sqrt",
    decay_power: float = 0.5,
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
        lr_min: see the module.
        stable_fn: `"constant"`, or `"rsqrt"` or `"power"` that fall on through the decay.
        stable_timescale: of these two, above 0; None is `warmup_t`.
        stable_power: of `"power"`, > 0: the stable phase is (1 + t / timescale)^−power.
        decay_fn: `"linear"`, `"1-sqrt"`, `"cosine"`, `"exp"`, or `"power"`; a function has no text.
        decay_power: of `"power"`, > 0: the decay is 1 − (t / decay_t)^power.
        decay_ratio: of `"exp"`, in (0, 1).
        warmup_t: see the module.
        warmup_lr_init: see the module.
        t_in_epochs: see the module.
        base_lr: see the module.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = WSDLRScheduler(6, 4, warmup_t=4, t_in_epochs=False).plan(updates=10)
        >>> [round(plan(k), 3) for k in (3, 4, 6, 7, 9)]
        [0.75, 1.0, 1.0, 0.5, 0.134]

    Reference: timm 1.0.31, timm.scheduler.wsd_lr.
    """
    clock = _Clock(t_in_epochs=t_in_epochs, base_lr=base_lr)
    to = ratio("lr_min", lr_min, base_lr)
    shapes = {"linear": "linear", "1-sqrt": "1-sqrt", "cosine": "cosine"}
    shapes["power"] = f"polynomial(1.0,{float(decay_power)!r})"
    if 0 < decay_ratio < 1:
        shapes["exp"] = f"saturating({math.log(decay_ratio)!r})"
    if not among(decay_fn, shapes):
        raise ScheduleError(f"decay_fn={decay_fn!r} is no preset; use one of {one_of(shapes)}")
    known_name(f"stable_fn={stable_fn!r}", stable_fn, STABLE)
    if not 0 < decay_t <= t_initial:
        raise ScheduleError(
            f"decay_t={decay_t!r} must be above 0 and at most t_initial={t_initial!r}"
        )
    at, over, shape = clock.length(t_initial - decay_t), clock.length(decay_t), shapes[decay_fn]
    if stable_fn == "constant":
        fall = decay(shape, over=over, to=to)
        return clock.warmed(hold(at) >> fall if at.value else fall, warmup_t, warmup_lr_init, True)
    timescale = warmup_t if stable_timescale is None else stable_timescale
    if not timescale > 0:
        raise ScheduleError(
            f"stable_fn={stable_fn!r} needs a stable_timescale above 0, not {timescale!r}"
        )
    power = 0.5 if stable_fn == "rsqrt" else stable_power
    stable = inverse_time(1 / timescale, every=clock.length(1), power=power)
    stable = stable.clamped(to, 1.0) if to else stable
    return clock.warmed(stable.faded(at, over, shape, to), warmup_t, warmup_lr_init, True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clock:
    """What every scheduler of timm has: a unit of time, and the rate that ratios refer to."""

    t_in_epochs: bool
    base_lr: float | None

    def length(self, t: int) -> Length:
        """Return the length of a time."""
        return Length(t, "ep" if self.t_in_epochs else "up")

    def cycles(
        self, shape: str, t_initial: int, lr_min: float, mul: float, peak: float, limit: int
    ) -> Schedule:
        """Return `limit` decays, then their end."""
        to, period = ratio("lr_min", lr_min, self.base_lr), self.length(t_initial)
        limit = lasts("cycle_limit", limit)
        if limit == 1:
            return decay(shape, over=period, to=to)
        growth = Fraction(repr(plain(mul)))  # the decimal that was written
        if growth != 1:
            writable("cycle_limit", limit)
        count = limit if growth == 1 else (growth**limit - 1) / (growth - 1)
        over = self.length(math.ceil(t_initial * count))
        return restarts(period, mul, peak, shape, to, over) >> hold().scaled(to)

    def warmed(
        self, body: Schedule, warmup_t: int, warmup_lr_init: float, prefix: bool, top: float = 1.0
    ) -> Schedule:
        """Return `body` behind a warmup to `top`, or with its beginning hidden by it."""
        start = ratio("warmup_lr_init", warmup_lr_init, self.base_lr)
        over, one = self.length(warmup_t), self.length(1)
        if not warmup_t and body.plan(updates=10**9, updates_per_epoch=1)(0) != 1:
            # nothing sets the rate before the first step
            body = hold(one) >> body.since(one)
        elif warmup_t:
            rise = line(start, top, over) if max(start, top) else hold(over).scaled(0.0)
            body = rise >> (body if prefix else body.since(over))
        return body.per_epoch() if self.t_in_epochs else body
