"""`follow_batches`: the factor that goes with a batch size that changes during the run."""

import itertools
import math
from collections.abc import Callable
from typing import Final

from rampup.errors import known_name
from rampup.schedule.ramp import Ramp
from rampup.schedule.schedule import Schedule
from rampup.units import Length, PerUpdate, per_update

RULES: Final[dict[str, Callable[[float], float]]] = {"linear": float, "sqrt": math.sqrt}


def follow_batches(batch_sizes: PerUpdate, rule: str = "linear") -> Schedule:
    """Return the factor of each batch size, relative to the largest: multiply it onto a schedule.

    With b(k) samples in update k and B in the largest one, update k uses b(k)/B, or its square
    root. The base rate is that of the largest batch.

    Args:
        batch_sizes: samples of an update: `((0, 256), (1000, 512))` is 256, and 512 from update
            1000 on. The same plan is `samples_per_update` of a run and `batch_sizes` of a
            RampBatchSampler.
        rule: `"linear"`, for SGD; `"sqrt"`, for Adam and its kin.

    Raises:
        ScheduleError: the rule is unknown.
        UnitError: the batch sizes are no plan.

    Example:
        >>> from rampup import hold, warmup
        >>> batches = ((0, 64), (4, 256))
        >>> schedule = (warmup("1024sp") >> hold()) * follow_batches(batches, rule="sqrt")
        >>> plan = schedule.plan(updates=20, samples_per_update=batches)
        >>> [plan(k) for k in (0, 3, 4, 6, 7)]  # 256 samples of the warmup, then 768
        [0.07142857142857142, 0.2857142857142857, 0.7142857142857143, 1.0, 1.0]

    Reference: Goyal et al. 2017, Accurate, Large Minibatch SGD, §2.1 (linear); Krizhevsky 2014,
    One Weird Trick, §5, and Malladi et al. 2022, On the SDEs and Scaling Rules for Adaptive
    Gradient Algorithms (sqrt); Smith et al. 2018, Don't Decay the Learning Rate, Increase the
    Batch Size (ramp).
    """
    known_name(f"rule = {rule!r}", rule, RULES)
    sizes = per_update("batch_sizes", batch_sizes)
    if isinstance(sizes, int):
        sizes = ((0, sizes),)
    largest = max(size for _, size in sizes)
    starts = [start for start, _ in sizes]
    lengths = [Length(end - start) for start, end in itertools.pairwise(starts)]
    factors = [RULES[rule](size / largest) for _, size in sizes]
    return Schedule(
        tuple(
            Ramp(verb="hold", over=over, start=factor)
            for over, factor in zip([*lengths, None], factors, strict=True)
        )
    )
