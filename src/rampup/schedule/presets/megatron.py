"""Megatron-LM's schedule: `OptimizerParamScheduler` of megatron.core, its learning rate only."""

import math
from typing import Final

from rampup.errors import ScheduleError, known_name
from rampup.schedule.build import decay, hold, inverse_sqrt, warmup
from rampup.schedule.presets.pieces import lasts, ratio
from rampup.schedule.schedule import Schedule
from rampup.units import Length

STYLES: Final = ("constant", "linear", "cosine", "inverse-square-root", "WSD")
WSD_STYLES: Final = {
    "linear": "linear",
    "cosine": "cosine",
    "exponential": f"saturating({-math.log(2)!r})",
    "minus_sqrt": "1-sqrt",
}
"""The anneal of a WSD by Megatron's name; its exponential is 2 · ½^p − 1."""


def OptimizerParamScheduler(
    init_lr: float,
    max_lr: float,
    min_lr: float,
    lr_warmup_steps: int,
    lr_decay_steps: int,
    lr_decay_style: str,
    wsd_decay_steps: int | None = None,
    lr_wsd_decay_style: str | None = None,
    *,
    unit: str = "up",
) -> Schedule:
    """Return a linear warmup and one of Megatron's decays; the factor is relative to `max_lr`.

    The update that follows n steps uses the curve at n: with `init_lr=0` the first one uses 0,
    and n = lr_warmup_steps uses `max_lr`. Megatron counts steps in samples; `unit="up"` counts
    updates, which is the same while the batch size stays.

    Departs in two places. Behind lr_decay_steps Megatron drops an inverse-square-root decay to
    `min_lr` at once; the preset holds its last value. And a phase of samples ends at a whole
    update, where Megatron reads its curve at fractions of one.

    Args:
        init_lr: the rate at the start of the warmup, in [0, max_lr].
        max_lr: the peak, > 0.
        min_lr: the rate at the end, in [0, max_lr].
        lr_warmup_steps: length of the warmup, ≥ 0.
        lr_decay_steps: where the decay ends, counted from the start of the run.
        lr_decay_style: `"constant"`, `"linear"`, `"cosine"`, `"inverse-square-root"` or `"WSD"`.
        wsd_decay_steps: length of the anneal of a WSD; it must fit behind the warmup.
        lr_wsd_decay_style: `"linear"`, `"cosine"`, `"exponential"` or `"minus_sqrt"`.
        unit: of the three lengths, `"up"` updates or `"sp"` samples.

    Raises:
        ScheduleError: an argument cannot be meant.

    Example:
        >>> schedule = OptimizerParamScheduler(0.0, 1e-3, 1e-4, 4, 10, "linear")
        >>> print(schedule)
        warmup 4up linear anchor start >> decay 6up linear to 0.1
        >>> OptimizerParamScheduler(0.0, 1.0, 0.0, 1024, 4096, "WSD", 1024, "cosine", unit="sp")
        Schedule(...)

    Reference: Megatron-LM d98e8a64, megatron/core/optimizer_param_scheduler.py.
    """
    warm = lasts("lr_warmup_steps", lr_warmup_steps, least=0)
    end = lasts("lr_decay_steps", lr_decay_steps)
    if warm >= end:
        raise ScheduleError(
            f"lr_warmup_steps={lr_warmup_steps} must be below lr_decay_steps={lr_decay_steps}"
        )
    start = ratio("init_lr", init_lr, max_lr, "max_lr")
    to = ratio("min_lr", min_lr, max_lr, "max_lr")
    rise = warmup(Length(warm, unit), start=start, anchor="start")
    left = end - warm
    if lr_decay_style == "constant":
        return rise >> hold()
    if lr_decay_style in ("linear", "cosine"):
        return rise >> decay(lr_decay_style, over=Length(left, unit), to=to)
    if lr_decay_style == "inverse-square-root":
        return rise >> _inverse_sqrt(warm, left, unit).clamped(to, 1.0)
    known_name(f"lr_decay_style={lr_decay_style!r}", lr_decay_style, STYLES)
    style = known_name(f"lr_wsd_decay_style={lr_wsd_decay_style!r}", lr_wsd_decay_style, WSD_STYLES)
    anneal = lasts("wsd_decay_steps", wsd_decay_steps)
    if anneal > left:
        raise ScheduleError(
            f"wsd_decay_steps={anneal} is more than the {left} steps behind the warmup; "
            "Megatron would jump into the middle of the anneal"
        )
    if anneal < left:
        rise = rise >> hold(Length(left - anneal, unit))
    return rise >> decay(WSD_STYLES[style], over=Length(anneal, unit), to=to)


def _inverse_sqrt(warm: int, left: int, unit: str) -> Schedule:
    """Return √(W/n) from n = W on; without a warmup the first two steps use the peak."""
    if warm:
        return inverse_sqrt(Length(warm, unit), over=Length(left, unit))
    if unit != "up":
        raise ScheduleError(
            "an inverse-square-root decay without a warmup falls from the first sample on; "
            "count in updates, or give lr_warmup_steps"
        )
    if left == 1:
        return hold(1)
    return hold(1) >> inverse_sqrt(1, over=left - 1)
