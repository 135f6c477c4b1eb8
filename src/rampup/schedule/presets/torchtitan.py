"""torchtitan's one schedule, with the names of its configuration."""

from typing import Final

from rampup.errors import ScheduleError, among, nearest
from rampup.schedule.build import decay, hold, warmup
from rampup.schedule.presets.pieces import lasts, within
from rampup.schedule.schedule import Schedule

DECAYS: Final = {"linear": "linear", "sqrt": "1-sqrt", "cosine": "cosine"}


def linear_warmup_stable_decay(
    warmup_steps: int = 200,
    total_steps: int | None = None,
    decay_ratio: float | None = None,
    decay_type: str = "linear",
    min_lr_factor: float = 0.0,
    *,
    training_steps: int | None = None,
) -> Schedule:
    """Return warmup, hold and decay of torchtitan's `LRSchedulersContainer`.

    Update k < W uses (k + 1)/W; the last D of T updates decay from the peak at update T − D to
    `min_lr_factor`, which update T would use: a virtual step keeps the last update above it. As
    in torchtitan, but without its warning, W is cut to T and then D to T − W. Departs: past T
    torchtitan's linear and sqrt decays turn negative and its cosine rises; here the end is held.

    Args:
        warmup_steps: W, ≥ 0.
        total_steps: T; None takes `training_steps`.
        decay_ratio: D over T, rounded; None decays right after the warmup.
        decay_type: `"linear"`, `"sqrt"` (1 − √p) or `"cosine"`.
        min_lr_factor: factor at the end, in [0, 1].
        training_steps: updates in the run.

    Example:
        >>> plan = linear_warmup_stable_decay(4, 10, decay_ratio=0.3).plan(updates=10)
        >>> [round(plan(k), 3) for k in (0, 3, 7, 8, 9)]
        [0.25, 1.0, 1.0, 0.667, 0.333]

    Reference: torchtitan, components/optimizer/lr_scheduler.py, August 2026.
    """
    total = training_steps if total_steps is None else total_steps
    if total is None:
        raise ScheduleError("the run's length is missing; pass total_steps=… or training_steps=…")
    if not among(decay_type, DECAYS):
        raise ScheduleError(
            f"decay_type {decay_type!r} is unknown; {nearest(decay_type, list(DECAYS))}"
        )
    total = lasts("training_steps" if total_steps is None else "total_steps", total)
    rise = min(lasts("warmup_steps", warmup_steps, least=0), total)
    rest = total - rise
    share = 1.0 if decay_ratio is None else within("decay_ratio", decay_ratio)
    to = within("min_lr_factor", min_lr_factor)
    fall = min(round(total * share), rest)
    schedule = warmup(rise)
    if fall == 0:
        return schedule >> hold()
    if rest > fall:
        schedule = schedule >> hold(rest - fall)
    return schedule >> decay(DECAYS[decay_type], over=fall, to=to)
