"""torch's schedulers of schedulers; users find them in `presets.torch`."""

from collections import Counter
from collections.abc import Iterable, Sequence

from rampup.errors import ScheduleError
from rampup.schedule.build import hold, steps
from rampup.schedule.combine import Product, Scaled
from rampup.schedule.laws import Law
from rampup.schedule.patterns import Steps
from rampup.schedule.phase import PEAK, Phase
from rampup.schedule.plan import natural_length
from rampup.schedule.ramp import Ramp
from rampup.schedule.schedule import Schedule
from rampup.units import Horizon, Length


def SequentialLR(schedulers: Sequence[Schedule], milestones: Sequence[int]) -> Schedule:
    """Return one schedule after the other, each from its own start at its milestone.

    Update m of milestone m uses the next one's first factor, of the same base rate. Departs:
    milestones that do not ascend from 1, which torch accepts, are refused. A SequentialLR or a
    ChainedScheduler of several starts here where it should; in one of torch's it raises, unless
    it is the first, and starts an update too far along if it is.

    Args:
        schedulers: presets of torch, or schedules measured in updates.
        milestones: update indices, one fewer than `schedulers`.

    Example:
        >>> from rampup.schedule.presets import torch
        >>> rise, fall = torch.LinearLR(0.25, total_iters=3), torch.CosineAnnealingLR(6)
        >>> print(torch.SequentialLR([rise, fall], milestones=[4]))
        warmup 3up linear from 0.25 anchor start >> hold 1up >> decay 6up cosine to 0.0

    Reference: torch 2.13, SequentialLR.
    """
    if len(milestones) != len(schedulers) - 1:
        raise ScheduleError(
            f"{len(schedulers)} schedulers need {len(schedulers) - 1} milestones, "
            f"not {len(milestones)}"
        )
    starts = [0, *milestones]
    if starts != sorted(set(starts)):
        raise ScheduleError(f"milestones must ascend from 1, not {list(milestones)}")
    phases: tuple[Phase, ...] = ()
    fresh = True  # whether the next schedule finds the peak where it starts
    for at, then, schedule in zip(starts, milestones, schedulers, strict=False):
        left = _left_at_peak(schedule, then - at)
        if left is None:
            phases += schedule.cut(then - at).phases
        else:
            phases += schedule.phases if fresh else schedule.scaled(PEAK).phases
            phases += hold(left).phases if left else ()
        fresh = left is not None
    last = schedulers[-1]
    return Schedule(phases + (last if fresh else last.scaled(PEAK)).phases)


def ChainedScheduler(schedulers: Sequence[Schedule]) -> Schedule:
    """Return the product of schedules that run side by side.

    torch lets each scheduler multiply the rate that the others left. That is a product only where
    each step is a ratio; with CosineAnnealingLR to an `eta_min`, CosineAnnealingWarmRestarts,
    CyclicLR, OneCycleLR, and SequentialLR at its milestones, which write rates of their own, it
    is none, and they are refused, as is any schedule of several phases. Write `a * b` where
    their product is what you want.

    Args:
        schedulers: presets of torch that are ratios, at least one.

    Example:
        >>> from rampup.schedule.presets import torch
        >>> low, fall = torch.ConstantLR(0.1, total_iters=2), torch.ExponentialLR(0.5)
        >>> print(torch.ChainedScheduler([low, fall]))
        warmup 2up constant from 0.1 anchor start * exponential 0.5

    Reference: torch 2.13, ChainedScheduler.
    """
    if not schedulers:
        raise ScheduleError("nothing is chained; pass at least one schedule")
    for schedule in schedulers:
        if not _is_ratio(schedule):
            raise ScheduleError(
                f"torch does not multiply '{schedule}': it writes a rate of its own over the "
                "others'; write a * b for the product"
            )
    return product_of(schedulers)


def staircase(at: Iterable[Length], gamma: float) -> Schedule:
    """Return a factor multiplied by `gamma` at each point, n times where it is given n times.

    Args:
        at: lengths from the start, in any order, of one unit.
        gamma: in [0, 1].
    """
    counts = sorted(Counter(at).items(), key=lambda counted: counted[0].value)
    layers = [
        steps([point for point, count in counts if count > layer], gamma)
        for layer in range(max((count for _, count in counts), default=0))
    ]
    return product_of(layers) if layers else hold()


def product_of(schedules: Sequence[Schedule]) -> Schedule:
    """Return the product of `schedules`, at least one."""
    return Schedule((Product.of(*schedules),)) if len(schedules) > 1 else schedules[0]


def _left_at_peak(schedule: Schedule, updates: int) -> int | None:
    """Return how many of `updates` it leaves at the peak; None where it ends elsewhere or later."""
    runs = [
        Horizon(updates=n, updates_per_epoch=n, samples_per_update=n, tokens_per_update=n)
        for n in (updates + 1, 2 * updates + 2)
    ]
    lengths = {natural_length(schedule, run, 0) for run in runs}
    length = lengths.pop()
    if lengths or length is None or length > updates:
        return None
    return updates - length if schedule.plan(updates=updates + 1)(length) == PEAK else None


def _is_ratio(schedule: Schedule) -> bool:
    """Return whether torch steps it by a ratio alone; at a milestone it writes the rate itself."""
    if len(schedule.phases) > 1:
        return False
    phase = schedule.phases[0]
    if isinstance(phase, Product):
        return all(_is_ratio(factor) for factor in phase.factors)
    if isinstance(phase, Scaled):
        return _is_ratio(phase.inner)
    if isinstance(phase, Ramp):
        return phase.shape != "cosine" or phase.end == 0
    return isinstance(phase, Law | Steps)
