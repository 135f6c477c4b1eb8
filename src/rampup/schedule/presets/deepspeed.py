"""DeepSpeed's warmup schedules, with their lag of one update.

DeepSpeed sets the first rate when the scheduler is built and the same one again at the first
`step()`: update 0 and update 1 use the value at k = 0, and update t the value at k = t − 1.
"""

from typing import Final

from rampup.errors import ScheduleError, known_name
from rampup.schedule.build import decay, hold, warmup
from rampup.schedule.presets.pieces import lasts, ratio, within
from rampup.schedule.schedule import Schedule

TYPES: Final = ("log", "linear")
MAX_LR: Final = "warmup_max_lr"


def WarmupLR(
    warmup_min_lr: float = 0.0,
    warmup_max_lr: float | None = None,
    warmup_num_steps: int = 1000,
    warmup_type: str = "log",
    *,
    base_lr: float | None = None,
) -> Schedule:
    """Return a warmup, then the peak; the factor is relative to `warmup_max_lr`.

    Update t uses log(t)/log(W) of the way up, or (t − 1)/W with `"linear"`: the peak is met at
    update W, or W + 1.

    Args:
        warmup_min_lr: the rate at the start, in [0, warmup_max_lr].
        warmup_max_lr: the peak; None is the optimizer's rate.
        warmup_num_steps: W; 1 counts as 2, as in DeepSpeed.
        warmup_type: `"log"` or `"linear"`.
        base_lr: the optimizer's rate, needed where `warmup_max_lr` is None and `warmup_min_lr`
            is not 0.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = WarmupLR(warmup_num_steps=4).plan(updates=10)
        >>> [round(plan(k), 3) for k in range(5)]
        [0.0, 0.0, 0.5, 0.792, 1.0]

    Reference: DeepSpeed 0.19.8, deepspeed.runtime.lr_schedules.
    """
    peak, base = (base_lr, "base_lr") if warmup_max_lr is None else (warmup_max_lr, MAX_LR)
    start = ratio("warmup_min_lr", warmup_min_lr, peak, base)
    return hold(1).scaled(start) >> _rise(warmup_num_steps, warmup_type, start) >> hold()


def WarmupDecayLR(
    total_num_steps: int,
    warmup_min_lr: float = 0.0,
    warmup_max_lr: float = 0.001,
    warmup_num_steps: int = 1000,
    warmup_type: str = "log",
) -> Schedule:
    """Return a warmup and a linear decay; the factor is relative to `warmup_max_lr`.

    Update t > W uses (T + 1 − t)/(T − W) of the way down to `warmup_min_lr`, which update T + 1 is
    the first to use.

    Args:
        total_num_steps: T, above W.
        warmup_min_lr: the rate at the start and at the end, in [0, warmup_max_lr].
        warmup_max_lr: the peak.
        warmup_num_steps: W; 1 counts as 2, as in DeepSpeed.
        warmup_type: `"log"` or `"linear"`.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> plan = WarmupDecayLR(10, warmup_num_steps=4, warmup_type="linear").plan(updates=10)
        >>> [round(plan(k), 3) for k in range(10)]
        [0.0, 0.0, 0.25, 0.5, 0.75, 1.0, 0.833, 0.667, 0.5, 0.333]

    Reference: DeepSpeed 0.19.8, deepspeed.runtime.lr_schedules.
    """
    start = ratio("warmup_min_lr", warmup_min_lr, warmup_max_lr, MAX_LR)
    rise = _rise(warmup_num_steps, warmup_type, start)
    fall = decay("linear", over=_left(total_num_steps, warmup_num_steps), to=start)
    return (rise >> fall >> hold()).delayed(1)


def WarmupCosineLR(
    total_num_steps: int,
    warmup_min_ratio: float = 0.0,
    warmup_num_steps: int = 1000,
    cos_min_ratio: float = 0.0001,
    warmup_type: str = "log",
) -> Schedule:
    """Return a warmup and a cosine decay.

    The first update uses 0, whatever the ratio. Update t > W uses the cosine at
    (t − W)/(T − W): a linear warmup ends one step below the peak and the cosine starts one step
    below it, so the peak is never used.

    Args:
        total_num_steps: T, above W.
        warmup_min_ratio: factor at the start of the warmup, which is update 1.
        warmup_num_steps: W; 1 counts as 2, as in DeepSpeed.
        cos_min_ratio: factor at the end.
        warmup_type: `"log"` or `"linear"`.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> schedule = WarmupCosineLR(10, 0.0, 4, 0.0, "linear")
        >>> plan = schedule.plan(updates=10)
        >>> [round(plan(k), 3) for k in range(10)]
        [0.0, 0.0, 0.25, 0.5, 0.75, 0.933, 0.75, 0.5, 0.25, 0.067]

    Reference: DeepSpeed 0.19.8, deepspeed.runtime.lr_schedules.
    """
    start, to = within("warmup_min_ratio", warmup_min_ratio), within("cos_min_ratio", cos_min_ratio)
    rise = hold(1).scaled(0.0) >> _rise(warmup_num_steps, warmup_type, start)
    left = _left(total_num_steps, warmup_num_steps)
    fall = decay("cosine", over=left, to=to, anchor="end")
    # the first update, of its own, makes the curve one longer than the run
    return (rise >> fall).cut(int(total_num_steps), to=to)


def _rise(steps: int, kind: str, start: float) -> Schedule:
    """Return the warmup without its lag."""
    known_name(f"warmup_type={kind!r}", kind, TYPES)
    updates = max(2, lasts("warmup_num_steps", steps))
    if kind == "log":
        return warmup(updates, "logarithmic", start=start, anchor="ends")
    return warmup(updates, start=start, anchor="start")


def _left(total: int, steps: int) -> int:
    """Return how long the decay lasts."""
    updates = max(2, lasts("warmup_num_steps", steps))
    left = lasts("total_num_steps", total) - updates
    if left < 1:
        raise ScheduleError(f"total_num_steps={total} leaves no step behind a warmup of {updates}")
    return left
