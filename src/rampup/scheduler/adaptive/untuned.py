"""`untuned`: the warmup that follows from an optimizer's own β₂."""

from collections.abc import Callable
from typing import Final

from torch.optim import Optimizer

from rampup.errors import ScheduleError, known_name
from rampup.schedule.build import rectified, saturating, warmup
from rampup.schedule.lengths import untuned_exponential, untuned_linear
from rampup.schedule.schedule import Schedule

KINDS: Final[dict[str, Callable[[float], Schedule]]] = {
    "linear": lambda beta2: warmup(untuned_linear(beta2)),
    "exponential": lambda beta2: saturating(untuned_exponential(beta2)),
    "rectified": rectified,
}


def untuned(optimizer: Optimizer, kind: str = "linear") -> Schedule:
    """Return the warmup that needs no tuning with Adam: its length follows from β₂.

    Update i = 0, 1 … uses

    * linear: min(1, (1 − β₂)(i + 1) / 2). It ends, so it is followed: `untuned(…) >> decay(…)`.
    * exponential: 1 − e^(−(1 − β₂)(i + 1)). It never ends, so it is multiplied:
      `untuned(…) * decay(…)`.
    * rectified: RAdam's term, from the first step at which it is defined. It never ends either.

    All three lose about 1 / (1 − β₂) updates' worth of rate. Known weakness: they know neither
    the peak rate, nor the depth, nor the run. With β₂ = 0.999 the linear one lasts 2000 updates,
    which is longer than many a run; a plan refuses that, and a warmup of a tenth of the run is
    then the better answer.

    Args:
        optimizer: Adam or one of its kin; every group has the same `betas[1]`, the decay of the
            second moment, in [0, 1), above 0.6 to be rectified. Lion's second beta is none.
        kind: `"linear"`, `"exponential"` or `"rectified"`.

    Raises:
        ScheduleError: the kind is unknown; a group has no betas; or groups differ in β₂.

    Example:
        >>> import torch
        >>> from rampup import decay, untuned
        >>> weight = torch.nn.Parameter(torch.ones(1))
        >>> optimizer = torch.optim.AdamW([weight], betas=(0.9, 0.95))
        >>> print(untuned(optimizer) >> decay())
        warmup 40up linear >> decay linear to 0.0
        >>> print(untuned(optimizer, "rectified") * decay())
        rectified 0.95 * decay linear to 0.0

    Reference: Ma & Yarats 2021, On the Adequacy of Untuned Warmup, its rules of thumb;
    Liu et al. 2020, On the Variance of the Adaptive Learning Rate, §4 (rectified).
    """
    known_name(f"kind {kind!r}", kind, KINDS)
    return KINDS[kind](_beta2(optimizer))


def _beta2(optimizer: Optimizer) -> float:
    found: dict[float, None] = {}
    for index, group in enumerate(optimizer.param_groups):
        betas = group.get("betas")
        if not isinstance(betas, tuple | list) or len(betas) < 2:
            raise ScheduleError(
                f"group {index} of this {type(optimizer).__name__} has no betas, from which an "
                "untuned warmup follows; give warmup(…) a length"
            )
        found[float(betas[1])] = None
    if len(found) > 1:
        raise ScheduleError(
            f"the groups have beta2 = {' and '.join(map(str, found))}, and an untuned warmup "
            "follows from one; give warmup(…) a length"
        )
    return next(iter(found))
