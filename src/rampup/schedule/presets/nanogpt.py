"""nanoGPT's learning-rate decay scheduler."""

from rampup.schedule.build import decay, hold, warmup
from rampup.schedule.presets.pieces import behind, ratio
from rampup.schedule.schedule import Schedule


def get_lr(
    learning_rate: float = 6e-4,
    warmup_iters: int = 2000,
    lr_decay_iters: int = 600_000,
    min_lr: float = 6e-5,
) -> Schedule:
    """Return a linear rise and a cosine fall; the factor is relative to `learning_rate`.

    Update k < W uses (k + 1)/(W + 1), so that update W is the first at the peak; update
    `lr_decay_iters` and those behind it use `min_lr`.

    Args:
        learning_rate: the peak; make it the optimizer's base rate.
        warmup_iters: W, ≥ 0.
        lr_decay_iters: where the fall ends, above W.
        min_lr: absolute rate at its end.

    Example:
        >>> plan = get_lr(1.0, warmup_iters=4, lr_decay_iters=10, min_lr=0.1).plan(updates=11)
        >>> [round(plan(k), 3) for k in (0, 1, 3, 4, 7, 10)]
        [0.2, 0.4, 0.8, 1.0, 0.55, 0.1]

    Reference: nanoGPT, train.py, get_lr and the settings above it.
    """
    left = behind("warmup_iters", warmup_iters, "lr_decay_iters", lr_decay_iters)
    warm, to = int(warmup_iters), ratio("min_lr", min_lr, learning_rate, "learning_rate")
    fall = decay("cosine", over=left, to=to)
    if warm == 0:
        return fall
    # the rise has one update more than the hold: the peak is its last and the fall's first
    return warmup(warm + 1) * (hold(warm) >> fall)
