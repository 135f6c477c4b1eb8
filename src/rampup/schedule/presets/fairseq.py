"""fairseq's schedules, by the names that `--lr-scheduler` takes.

fairseq sets the rate for n updates done, before the first update too: update n uses the value at
n. Annealing by epochs (`force_anneal`) and lists of rates are left out. `lr` is the peak; it is
needed where another rate is not 0.
"""

from rampup.errors import ScheduleError
from rampup.schedule.build import decay, hold, inverse_sqrt as falling, restarts, steps, warmup
from rampup.schedule.presets.pieces import above, lasts, ratio, within
from rampup.schedule.schedule import Schedule


def cosine(
    warmup_updates: int = 0,
    warmup_init_lr: float = -1.0,
    min_lr: float = 0.0,
    t_mult: float = 1.0,
    lr_period_updates: int = -1,
    lr_shrink: float = 0.1,
    max_update: int = 0,
    *,
    lr: float | None = None,
) -> Schedule:
    """Return a cosine decay with warmup and, where a period is given, shrinking restarts.

    Without a period the decay ends with the run. Departs behind it: fairseq restarts at
    `lr_shrink` times the peak, the preset holds `min_lr`. Departs at a restart that fairseq's own
    logarithm misses by one update, as it does with `t_mult=3`.

    Args:
        warmup_updates: length of the warmup, ≥ 0.
        warmup_init_lr: the rate at its start; below 0 means `min_lr`.
        min_lr: the rate at the end of the first period.
        t_mult: each period's length over the one before, ≥ 1.
        lr_period_updates: length of the first period; −1 or 0 means the rest of the run.
        lr_shrink: peak and floor of each period over those of the one before.
        max_update: length of the run; needed without a period.
        lr: the peak, needed where another rate is not 0.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> print(cosine(4, max_update=10))
        warmup 4up linear anchor start >> decay 6up cosine to 0.0

    Reference: fairseq 3d262bb2, cosine_lr_scheduler.
    """
    to = ratio("min_lr", min_lr, lr, "lr")
    start = to if warmup_init_lr < 0 else ratio("warmup_init_lr", warmup_init_lr, lr, "lr")
    warm = lasts("warmup_updates", warmup_updates, 0)
    rise = warmup(warm, start=start, anchor="start")
    period = lasts("lr_period_updates", lr_period_updates, least=-1)
    if period <= 0:
        left = _left("max_update", max_update, warm)
        return rise >> decay("cosine", over=left, to=to)
    times, peak = above("t_mult", t_mult), within("lr_shrink", lr_shrink)
    if to == 0:
        return rise >> restarts(period, times=times, peak=peak)
    shrinking = steps(every=period, times=times, gamma=peak)
    return rise >> restarts(period, times=times, to=to) * shrinking


def fixed(warmup_updates: int = 0) -> Schedule:
    """Return a warmup that wastes no update, then the peak.

    Update n uses (n + 1)/W, so the last one of the warmup uses the peak.

    Args:
        warmup_updates: W, ≥ 0.

    Example:
        >>> plan = fixed(4).plan(updates=10)
        >>> [plan(k) for k in range(5)]
        [0.25, 0.5, 0.75, 1.0, 1.0]

    Reference: fairseq 3d262bb2, fixed_schedule.
    """
    return warmup(lasts("warmup_updates", warmup_updates, 0)) >> hold()


def inverse_sqrt(
    warmup_updates: int = 4000, warmup_init_lr: float = -1.0, *, lr: float | None = None
) -> Schedule:
    """Return a warmup and a fall by √(W / n).

    Args:
        warmup_updates: W, ≥ 1; fairseq divides by it.
        warmup_init_lr: the rate at the start; below 0 means 0.
        lr: the peak, needed where `warmup_init_lr` is above 0.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = inverse_sqrt(4).plan(updates=100)
        >>> plan(3), plan(4), plan(16)
        (0.75, 1.0, 0.5)

    Reference: fairseq 3d262bb2, inverse_square_root_schedule.
    """
    updates = lasts("warmup_updates", warmup_updates)
    start = ratio("warmup_init_lr", max(warmup_init_lr, 0.0), lr, "lr")
    return warmup(updates, start=start, anchor="start") >> falling(updates)


def polynomial_decay(
    warmup_updates: int = 0,
    end_learning_rate: float = 0.0,
    power: float = 1.0,
    total_num_update: int = 1_000_000,
    *,
    lr: float | None = None,
) -> Schedule:
    """Return a warmup from 0 and a polynomial decay.

    Departs where the warmup is as long as the whole or longer: fairseq then goes on rising, the
    preset is refused.

    Args:
        warmup_updates: length of the warmup, ≥ 0.
        end_learning_rate: the rate at the end.
        power: of what is left of the decay, > 0.
        total_num_update: where the decay ends, counted from the start of the run.
        lr: the peak, needed where `end_learning_rate` is not 0.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> print(polynomial_decay(4, power=2.0, total_num_update=10))
        warmup 4up linear anchor start >> decay 6up polynomial to 0.0

    Reference: fairseq 3d262bb2, polynomial_decay_schedule.
    """
    warm = lasts("warmup_updates", warmup_updates, 0)
    left = _left("total_num_update", total_num_update, warm)
    to = ratio("end_learning_rate", end_learning_rate, lr, "lr")
    fall = decay(f"polynomial({above('power', power)!r})", over=left, to=to)
    return warmup(warm, anchor="start") >> fall


def tri_stage(
    warmup_steps: int = 4000,
    hold_steps: int = 20_000,
    decay_steps: int = 60_000,
    phase_ratio: tuple[float, float, float] | None = None,
    init_lr_scale: float = 0.01,
    final_lr_scale: float = 0.01,
    max_update: int = 0,
) -> Schedule:
    """Return a warmup, a hold and a geometric decay.

    Args:
        warmup_steps: length of the warmup, ≥ 0.
        hold_steps: length of the hold, ≥ 0.
        decay_steps: length of the decay, ≥ 1.
        phase_ratio: the three lengths as shares of `max_update` instead, rounded down.
        init_lr_scale: factor at the start.
        final_lr_scale: factor at the end, > 0.
        max_update: length of the run; needed with `phase_ratio`.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = tri_stage(4, 2, 4).plan(updates=10)
        >>> [round(plan(k), 4) for k in (0, 1, 4, 6, 7, 9)]
        [0.01, 0.2575, 1.0, 1.0, 0.3162, 0.0316]

    Reference: fairseq 3d262bb2, tri_stage_lr_scheduler.
    """
    if phase_ratio is not None:
        total = lasts("max_update", max_update)
        warmup_steps, hold_steps, decay_steps = (int(total * share) for share in phase_ratio)
    over, stay = lasts("decay_steps", decay_steps), lasts("hold_steps", hold_steps, 0)
    start, to = within("init_lr_scale", init_lr_scale), within("final_lr_scale", final_lr_scale)
    rise = warmup(lasts("warmup_steps", warmup_steps, 0), start=start, anchor="start")
    if stay:
        rise = rise >> hold(stay)
    return rise >> decay("exponential", over=over, to=to)


def _left(name: str, total: int, warm: int) -> int:
    """Return how long the decay lasts."""
    left = lasts(name, total) - warm
    if left < 1:
        raise ScheduleError(f"{name}={total} leaves no update behind a warmup of {warm}")
    return left
