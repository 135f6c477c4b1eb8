"""pytorch_optimizer's own schedulers; those that it takes from torch are in `presets.torch`.

A scheduler object writes `min_lr` into the optimizer when it is built, so that update 0 uses
`min_lr`, whatever its curve says. Factors are relative to `max_lr`, which takes the place of the
optimizer's rate; after the two functions, `get_…`, they are relative to the optimizer's own.

`ProportionScheduler` is left out: it sets no rate, but maps one to another number.
"""

import math
from collections.abc import Iterator

from rampup.errors import known_name
from rampup.schedule.build import decay, from_points, hold, warmup
from rampup.schedule.presets import transformers
from rampup.schedule.presets.cycles import before, written_out
from rampup.schedule.presets.lines import scaled
from rampup.schedule.presets.pieces import above, behind, lasts, ratio, within, writable
from rampup.schedule.schedule import Schedule

COOLDOWNS = ("cosine", "1-sqrt", "linear", "1-square")


def LinearScheduler(
    t_max: int, max_lr: float, min_lr: float = 0.0, init_lr: float = 0.0, warmup_steps: int = 0
) -> Schedule:
    """Return a linear rise and a linear fall, one update late.

    Update t > 0 uses the curve at t − 1: up from `init_lr` to the peak at W, then down to
    `min_lr` at `t_max`. Departs: further on the fall goes below `min_lr`, and below 0; here
    `min_lr` is held, where update 0 differs from update 1 already from update `t_max` on.

    Args:
        t_max: where the fall ends, above W.
        max_lr: the peak; make it the optimizer's base rate.
        min_lr: absolute rate of update 0 and of the end.
        init_lr: absolute rate of update 1, the start of the warmup.
        warmup_steps: W, ≥ 0.

    Example:
        >>> plan = LinearScheduler(10, max_lr=0.1, warmup_steps=4).plan(updates=10)
        >>> [round(plan(k), 3) for k in range(10)]
        [0.0, 0.0, 0.25, 0.5, 0.75, 1.0, 0.833, 0.667, 0.5, 0.333]

    Reference: pytorch_optimizer 4.1.0, LinearScheduler.
    """
    return _late("linear", t_max, max_lr, min_lr, init_lr, warmup_steps)


def CosineScheduler(
    t_max: int, max_lr: float, min_lr: float = 0.0, init_lr: float = 0.0, warmup_steps: int = 0
) -> Schedule:
    """Return a linear rise and half a cosine, one update late.

    As `LinearScheduler`, but for the shape of the fall. Departs: behind `t_max` the cosine rises
    again; here `min_lr` is held, where update 0 differs from update 1 already from update
    `t_max` on.

    Args:
        t_max: where the fall ends, above W.
        max_lr: the peak; make it the optimizer's base rate.
        min_lr: absolute rate of update 0 and of the end.
        init_lr: absolute rate of update 1, the start of the warmup.
        warmup_steps: W, ≥ 0.

    Example:
        >>> print(CosineScheduler(10, max_lr=0.1, warmup_steps=4))
        (warmup 4up linear anchor start >> decay 6up cosine to 0.0 >> hold) delayed 1up

    Reference: pytorch_optimizer 4.1.0, CosineScheduler.
    """
    return _late("cosine", t_max, max_lr, min_lr, init_lr, warmup_steps)


def PolyScheduler(
    poly_order: float = 0.5,
    *,
    t_max: int,
    max_lr: float,
    min_lr: float = 0.0,
    init_lr: float = 0.0,
    warmup_steps: int = 0,
) -> Schedule:
    """Return a linear rise, one update late, then the peak.

    Departs: behind the warmup pytorch_optimizer uses min + (max − min)·i^poly_order after i
    updates, which is no decay: it rises above `max_lr` at i = 2 and has no bound. Here `max_lr`
    is held.

    Args:
        poly_order: > 0; of the part that is held here.
        t_max: of no effect, there as here.
        max_lr: the peak; make it the optimizer's base rate.
        min_lr: absolute rate of update 0.
        init_lr: absolute rate of update 1, the start of the warmup.
        warmup_steps: W, ≥ 0.

    Example:
        >>> plan = PolyScheduler(t_max=10, max_lr=0.1, warmup_steps=2).plan(updates=10)
        >>> [plan(k) for k in range(6)]
        [0.0, 0.0, 0.5, 1.0, 1.0, 1.0]

    Reference: pytorch_optimizer 4.1.0, PolyScheduler.
    """
    above("poly_order", poly_order)
    lasts("t_max", t_max, least=0)
    first = ratio("min_lr", min_lr, max_lr, "max_lr")
    return hold(1).scaled(first) >> _rise(max_lr, init_lr, warmup_steps) >> hold()


def REXScheduler(total_steps: int, max_lr: float = 1.0, min_lr: float = 0.0) -> Schedule:
    """Return the fall of REX, without its first update.

    Update k > 0 uses min + (max − min)(1 − p)/(1 − p/2) at p = k/T: update 0 uses `min_lr`, and
    none the peak.

    Args:
        total_steps: T, ≥ 1.
        max_lr: where the fall starts; make it the optimizer's base rate.
        min_lr: absolute rate at its end.

    Example:
        >>> plan = REXScheduler(10).plan(updates=10)
        >>> [round(plan(k), 3) for k in (0, 1, 5, 9)]
        [0.0, 0.947, 0.667, 0.182]

    Reference: pytorch_optimizer 4.1.0, REXScheduler; Chen et al. 2022, REX.
    """
    to, total = ratio("min_lr", min_lr, max_lr, "max_lr"), lasts("total_steps", total_steps)
    return _late_start(decay("rex", over=total, to=to), to, total)


def CosineAnnealingWarmupRestarts(
    first_cycle_steps: int,
    cycle_mult: float = 1.0,
    max_lr: float = 1e-4,
    min_lr: float = 1e-6,
    warmup_steps: int = 0,
    gamma: float = 0.9,
    *,
    updates: int | None = None,
) -> Schedule:
    """Return cycles of a linear rise from `min_lr` and half a cosine back to it.

    Update i of a cycle of n uses i/W of the way up and (1 + cos π(i − W)/(n − W))/2 of the way
    down: `min_lr` itself is used at the start of a cycle only. Without a warmup, cycles start at
    the peak, but for the first, whose update 0 uses `min_lr`. Departs: a peak that `gamma` has
    brought below `min_lr` turns a cycle upside down; here `min_lr` is held.

    Args:
        first_cycle_steps: updates of the first cycle, above W.
        cycle_mult: each cycle's updates behind the warmup over those of the one before, > 0;
            rounded down, to 1 at least.
        max_lr: the peak; make it the optimizer's base rate.
        min_lr: absolute rate, at most the peak.
        warmup_steps: W, ≥ 0.
        gamma: each cycle's peak over that of the one before, in [0, 1].
        updates: of the run; needed where the cycles differ, to write them out.

    Example:
        >>> schedule = CosineAnnealingWarmupRestarts(
        ...     10, max_lr=1.0, min_lr=0.0, warmup_steps=2, gamma=0.5, updates=20
        ... )
        >>> plan = schedule.plan(updates=20)
        >>> [round(plan(k), 3) for k in (0, 1, 2, 6, 10, 12, 16)]
        [0.0, 0.5, 1.0, 0.5, 0.0, 0.5, 0.25]

    Reference: pytorch_optimizer 4.1.0, CosineAnnealingWarmupRestarts.
    """
    low = ratio("min_lr", min_lr, max_lr, "max_lr")
    warm = lasts("warmup_steps", warmup_steps, least=0)
    first_fall = behind("warmup_steps", warm, "first_cycle_steps", first_cycle_steps)
    grow, lower = above("cycle_mult", cycle_mult), within("gamma", gamma)

    def cycles() -> Iterator[tuple[Schedule, int]]:
        fall, number = first_fall, 0
        while True:
            top = lower**number
            if top <= low:
                cycle = hold(warm + fall).scaled(low)
            elif warm:
                rise = warmup(warm, start=low / top, anchor="start")
                cycle = scaled(rise >> decay("cosine", over=fall, to=low / top), top)
            else:
                cycle = from_points([(0, top), (before(fall), low)], "cosine")
            yield cycle, warm + fall
            fall, number = max(1, int(fall * grow)), number + 1

    schedule = written_out(cycles(), updates)
    return schedule if warm else _late_start(schedule, low, updates)


def get_wsd_schedule(
    num_warmup_steps: int,
    num_stable_steps: int,
    num_decay_steps: int,
    min_lr_ratio: float = 0.0,
    num_cycles: float = 0.5,
    cooldown_type: str = "1-sqrt",
) -> Schedule:
    """Return a rise from 0, a hold at the peak and a cooldown.

    Update k < W uses k/W, those behind the hold the cooldown at p = (k − W − S)/D. Only the
    cosine falls to `min_lr_ratio`; the others fall towards 0 and jump to it, up or down, at
    their end.

    Args:
        num_warmup_steps: W, ≥ 0.
        num_stable_steps: S, ≥ 0.
        num_decay_steps: D, ≥ 1.
        min_lr_ratio: factor behind the cooldown, in [0, 1].
        num_cycles: waves of a cosine in D updates, > 0, at most 10,000.
        cooldown_type: `"cosine"`, `"1-sqrt"`, `"linear"` or `"1-square"` (1 − p²).

    Example:
        >>> plan = get_wsd_schedule(4, 3, 3, min_lr_ratio=0.1).plan(updates=11)
        >>> [round(plan(k), 3) for k in (0, 3, 4, 7, 8, 9, 10)]
        [0.0, 0.75, 1.0, 1.0, 0.423, 0.184, 0.1]

    Reference: pytorch_optimizer 4.1.0, get_wsd_schedule.
    """
    known_name(f"cooldown_type {cooldown_type!r}", cooldown_type, COOLDOWNS)
    over = lasts("num_decay_steps", num_decay_steps)
    stable = lasts("num_stable_steps", num_stable_steps, least=0)
    low = within("min_lr_ratio", min_lr_ratio)
    warm = lasts("num_warmup_steps", num_warmup_steps, least=0)
    rise = warmup(warm, anchor="start")
    if cooldown_type == "cosine":
        # as in transformers, whose warmup starts at the ratio and not at 0
        theirs = transformers.warmup_stable_decay(
            warm,
            over,
            num_stable_steps=stable,
            min_lr_ratio=low,
            num_cycles=num_cycles,
        )
        return Schedule(rise.phases + theirs.phases[1:])
    if stable:
        rise = rise >> hold(stable)
    shape = "polynomial(1,2)" if cooldown_type == "1-square" else cooldown_type
    fall = decay(shape, over=over)
    return rise >> (fall.cut(over, to=low) if low else fall)


def get_chebyshev_schedule(num_epochs: int, is_warmup: bool = False) -> Schedule:
    """Return reciprocal Chebyshev nodes in fractal order; most of the factors are above 1.

    With n, the first power of two that is not below `num_epochs`, node j is 1/(c − r·cos θ) at
    θ = π(j + ½)/n, c = 0.525 and r = 0.475, between 1 and 20; the first three updates use node 0.
    One `scheduler.step()` per update is meant. Departs: behind `num_epochs` pytorch_optimizer
    goes on through the nodes that are left; here the last factor is held.

    Args:
        num_epochs: how many updates it lasts, from 1 to 10,000.
        is_warmup: True stays at the optimizer's rate.

    Example:
        >>> plan = get_chebyshev_schedule(8).plan(updates=8)
        >>> [round(plan(k), 3) for k in range(8)]
        [16.913, 16.913, 16.913, 1.009, 2.313, 1.619, 7.689, 1.087]

    Reference: pytorch_optimizer 4.1.0, get_chebyshev_schedule; Agarwal et al. 2021, Acceleration
    via Fractal Learning Rate Schedules.
    """
    if is_warmup:
        return hold()
    epochs = lasts("num_epochs", num_epochs)
    writable("num_epochs", epochs)
    count = 1 << (epochs - 1).bit_length()
    order = [0]
    # as there, room is made for two nodes fewer: of 2 and of 4, half are never used
    while len(order) < count - 2:
        order = [place for node in order for place in (node, 2 * len(order) - 1 - node)]
    factors = [1 / (0.525 - 0.475 * math.cos(math.pi * (node + 0.5) / count)) for node in order]
    used = [factors[0]] * 2 + factors
    return from_points(list(enumerate(used[:epochs])))


def _late(
    shape: str, t_max: int, max_lr: float, min_lr: float, init_lr: float, warmup_steps: int
) -> Schedule:
    """Return update 0 at `min_lr`, then a rise and a fall."""
    rise = _rise(max_lr, init_lr, warmup_steps)
    left = behind("warmup_steps", warmup_steps, "t_max", t_max)
    to = ratio("min_lr", min_lr, max_lr, "max_lr")
    fall = decay(shape, over=left, to=to)
    if warmup_steps and init_lr == min_lr:
        return (rise >> fall >> hold()).delayed(1)
    first = hold(1).scaled(to)
    # update 0, of its own, makes the curve one longer than the run
    return (first >> rise >> fall).cut(int(t_max), to=to)


def _rise(max_lr: float, init_lr: float, warmup_steps: int) -> Schedule:
    start = ratio("init_lr", init_lr, max_lr, "max_lr")
    return warmup(lasts("warmup_steps", warmup_steps, least=0), start=start, anchor="start")


def _late_start(schedule: Schedule, first: float, updates: int | None) -> Schedule:
    """Return `schedule` of so many updates, the first of which uses the factor `first`."""
    head = hold(1).scaled(first)
    return head if updates == 1 else head >> schedule.since(1)
