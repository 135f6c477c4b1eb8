"""nanochat's learning-rate multiplier of base training."""

from rampup.schedule.build import decay, hold, warmup
from rampup.schedule.presets.pieces import behind, lasts, within
from rampup.schedule.schedule import Schedule


def get_lr_multiplier(
    num_iterations: int,
    warmup_steps: int = 40,
    warmdown_ratio: float = 0.65,
    final_lr_frac: float = 0.05,
) -> Schedule:
    """Return a linear rise, a hold and a linear warmdown.

    Update k < W uses (k + 1)/W; the last D = round(warmdown_ratio · T) updates fall from the peak
    at update T − D towards `final_lr_frac`, which update T would use. A warmup that reaches into
    the warmdown is followed, as in nanochat, by a drop onto its line. Departs: past T nanochat
    goes on falling, below `final_lr_frac`; here it is held.

    Args:
        num_iterations: T, updates in the run.
        warmup_steps: W, ≥ 0.
        warmdown_ratio: of the run, in [0, 1].
        final_lr_frac: factor at the end.

    Example:
        >>> plan = get_lr_multiplier(10, 2, warmdown_ratio=0.4, final_lr_frac=0.2).plan(updates=10)
        >>> [round(plan(k), 3) for k in (0, 1, 6, 7, 9)]
        [0.5, 1.0, 1.0, 0.8, 0.4]

    Reference: nanochat, scripts/base_train.py, get_lr_multiplier and the options it reads.
    """
    total = lasts("num_iterations", num_iterations)
    warm = lasts("warmup_steps", warmup_steps, least=0)
    to = within("final_lr_frac", final_lr_frac)
    down = round(within("warmdown_ratio", warmdown_ratio) * total)
    level = total - warm - down
    rise = warmup(warm)
    if down == 0:
        return rise >> hold()
    if level >= 0:
        middle = rise >> hold(level) if level else rise
        return middle >> decay(over=down, to=to)
    left = behind("warmup_steps", warmup_steps, "num_iterations", num_iterations)
    onto = left / down + (1 - left / down) * to
    return rise >> decay(over=left, to=to / onto).scaled(onto)
