"""pytorch-ignite's parameter schedulers, attached to ITERATION_STARTED as its manual asks.

They set the rate before each update: update k uses the value of event k. Values are absolute
rates; factors are relative to `base_lr`, the optimizer's rate, or to the highest value of the
preset where none is given. Cycles have no end; where they differ, they are written out for
`updates`, the length of the run.

`LRScheduler` uses a torch scheduler's k-th rate at update k, as `presets.torch` does by itself.
Left out are `ParamGroupScheduler`, as a schedule is one curve, and ReduceLROnPlateauScheduler,
which follows a metric.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from rampup.errors import ScheduleError
from rampup.schedule.build import from_points
from rampup.schedule.phase import PEAK
from rampup.schedule.plan import Plan
from rampup.schedule.presets.cycles import before, written_out
from rampup.schedule.presets.lines import joined, line
from rampup.schedule.presets.pieces import above, lasts, ratio, within
from rampup.schedule.schedule import Schedule
from rampup.units import Horizon

LONG: Final = Horizon(updates=10**9, updates_per_epoch=1, samples_per_update=1, tokens_per_update=1)
"""A run that no schedule is too long for, to read its first factor on."""


def LinearCyclicalScheduler(
    start_value: float,
    end_value: float,
    cycle_size: int,
    cycle_mult: float = 1.0,
    start_value_mult: float = 1.0,
    end_value_mult: float = 1.0,
    warmup_duration: int = 0,
    *,
    monotonic: bool = False,
    updates: int | None = None,
    base_lr: float | None = None,
) -> Schedule:
    """Return straight lines from a value to another one and back, again and again.

    Update i of a cycle of n uses end + (start − end)·|2i/n − 1|, so that `end_value` is met in
    its middle; a monotonic one goes one way, start + (end − start)·i/n, and starts again.

    Args:
        start_value: absolute rate at the start of a cycle.
        end_value: absolute rate in its middle, or behind it if `monotonic`.
        cycle_size: n, ≥ 2.
        cycle_mult: each cycle's length over that of the one before, rounded down.
        start_value_mult: each `start_value` over the one before, in [0, 1].
        end_value_mult: each `end_value` over the one before, in [0, 1].
        warmup_duration: updates of a line back from `end_value`, behind each monotonic cycle.
        monotonic: True goes one way.
        updates: of the run; needed where the cycles differ.
        base_lr: the optimizer's rate; None is the higher of the two values.

    Example:
        >>> plan = LinearCyclicalScheduler(0.0, 0.1, 4).plan(updates=8)
        >>> [round(plan(k), 3) for k in range(6)]
        [0.0, 0.5, 1.0, 0.5, 0.0, 0.5]

    Reference: pytorch-ignite 0.5.5, LinearCyclicalScheduler.
    """
    if warmup_duration and not monotonic:
        raise ScheduleError(
            f"warmup_duration = {warmup_duration!r} goes back from end_value, where only a "
            "monotonic cycle ends; use monotonic=True or warmup_duration=0"
        )

    def triangle(start: float, end: float, size: int) -> list[tuple[float, float]]:
        return [(0, start), (size / 2, end), (before(size), start)]

    return _cycles(
        _way if monotonic else triangle,
        "linear",
        _factors((start_value, end_value), base_lr),
        (cycle_size, warmup_duration),
        (cycle_mult, start_value_mult, end_value_mult),
        updates,
    )


def CosineAnnealingScheduler(
    start_value: float,
    end_value: float,
    cycle_size: int,
    cycle_mult: float = 1.0,
    start_value_mult: float = 1.0,
    end_value_mult: float = 1.0,
    warmup_duration: int = 0,
    *,
    updates: int | None = None,
    base_lr: float | None = None,
) -> Schedule:
    """Return half cosines from a value to another one, again and again.

    Update i of a cycle of n uses start + (end − start)(1 − cos πi/n)/2. A cycle starts again at
    once, and `end_value` is not used, or it lasts another `warmup_duration` updates of a straight
    line back, the first of which uses `end_value`.

    Args:
        start_value: absolute rate at the start of a cycle.
        end_value: absolute rate behind it.
        cycle_size: n, ≥ 2.
        cycle_mult: each cycle's length over that of the one before, rounded down.
        start_value_mult: each `start_value` over the one before, in [0, 1].
        end_value_mult: each `end_value` over the one before, in [0, 1].
        warmup_duration: updates of the line to the next cycle's `start_value`, ≥ 0.
        updates: of the run; needed where the cycles differ.
        base_lr: the optimizer's rate; None is the higher of the two values.

    Example:
        >>> schedule = CosineAnnealingScheduler(0.1, 0.02, 4, warmup_duration=2)
        >>> plan = schedule.plan(updates=8)
        >>> [round(plan(k), 3) for k in range(8)]
        [1.0, 0.883, 0.6, 0.317, 0.2, 0.6, 1.0, 0.883]

    Reference: pytorch-ignite 0.5.5, CosineAnnealingScheduler.
    """
    return _cycles(
        _way,
        "cosine",
        _factors((start_value, end_value), base_lr),
        (cycle_size, warmup_duration),
        (cycle_mult, start_value_mult, end_value_mult),
        updates,
    )


def PiecewiseLinear(
    milestones_values: Sequence[tuple[int, float]], *, base_lr: float | None = None
) -> Schedule:
    """Return straight lines between values at given updates, held before and behind them.

    Where an update is given more than once, the line before it leads to the first of its values
    and the update itself uses the last one.

    Args:
        milestones_values: `(update, absolute rate)`, updates in order.
        base_lr: the optimizer's rate; None is the highest of the values.

    Example:
        >>> plan = PiecewiseLinear([(1, 0.1), (3, 0.08), (5, 0.02)]).plan(updates=10)
        >>> [round(plan(k), 3) for k in range(7)]
        [1.0, 1.0, 0.9, 0.8, 0.5, 0.2, 0.2]

    Reference: pytorch-ignite 0.5.5, PiecewiseLinear.
    """
    if not milestones_values:
        raise ScheduleError("milestones_values is empty; pass [(0, rate), …]")
    places = [lasts("a milestone", place, least=0) for place, _ in milestones_values]
    if places != sorted(places):
        raise ScheduleError(f"the milestones must not go back, but are {places}")
    factors = _factors([value for _, value in milestones_values], base_lr)
    points: list[tuple[float, float]] = []
    for number, (place, factor) in enumerate(zip(places, factors, strict=True)):
        if place in places[number + 1 :]:
            if place and place not in places[:number]:
                points.append((before(place), factor))
        else:
            points.append((place, factor))
    return from_points(points)


def ConcatScheduler(schedulers: Sequence[Schedule], durations: Sequence[int]) -> Schedule:
    """Return one schedule after the other, each from its own start.

    Args:
        schedulers: two or more, of one `base_lr`.
        durations: updates of each but the last.

    Example:
        >>> rise = PiecewiseLinear([(0, 0.0), (4, 1.0)])
        >>> fall = CosineAnnealingScheduler(1.0, 0.2, 4)
        >>> plan = ConcatScheduler([rise, fall], durations=[4]).plan(updates=8)
        >>> [round(plan(k), 3) for k in range(8)]
        [0.0, 0.25, 0.5, 0.75, 1.0, 0.883, 0.6, 0.317]

    Reference: pytorch-ignite 0.5.5, ConcatScheduler.
    """
    if len(schedulers) < 2 or len(durations) != len(schedulers) - 1:
        raise ScheduleError(
            f"{len(schedulers)} schedulers and {len(durations)} durations; "
            "pass two schedulers or more, and a duration for each but the last"
        )
    pieces = [
        schedule.cut(lasts("a duration", duration))
        for schedule, duration in zip(schedulers, durations, strict=False)
    ]
    # what a piece ends with is not where the next one starts
    return joined([*pieces, schedulers[-1].scaled(PEAK)])


def create_lr_scheduler_with_warmup(
    lr_scheduler: Schedule,
    warmup_start_value: float,
    warmup_duration: int,
    warmup_end_value: float | None = None,
    *,
    base_lr: float | None = None,
) -> Schedule:
    """Return a linear rise whose last update uses its end, then `lr_scheduler`.

    Update k of W uses start + (end − start)·k/(W − 1). Where the schedule starts at that same
    rate, its first update is the last of the warmup; otherwise it follows behind.

    Args:
        lr_scheduler: preset of torch or of this module, or any other schedule.
        warmup_start_value: absolute rate of update 0.
        warmup_duration: W, ≥ 2.
        warmup_end_value: absolute rate of update W − 1; None is the optimizer's rate, from which
            the schedule must then start.
        base_lr: the optimizer's rate; needed where one of the two values is given and not 0.

    Example:
        >>> from rampup.schedule.presets import torch
        >>> print(create_lr_scheduler_with_warmup(torch.CosineAnnealingLR(6), 0.0, 4))
        warmup 3up linear anchor start >> decay 6up cosine to 0.0

    Reference: pytorch-ignite 0.5.5, create_lr_scheduler_with_warmup.
    """
    over = lasts("warmup_duration", warmup_duration, least=2)
    start = ratio("warmup_start_value", warmup_start_value, base_lr)
    end = PEAK if warmup_end_value is None else ratio("warmup_end_value", warmup_end_value, base_lr)
    if start == end == 0:
        raise ScheduleError("a warmup from 0 to 0 trains nothing; raise warmup_end_value")
    first = Plan(lr_scheduler, LONG)(0)
    meets = math.isclose(first, end, rel_tol=1e-12)
    if warmup_end_value is None and not meets:
        raise ScheduleError(
            f"lr_scheduler starts at factor {first:g} and not at the optimizer's rate; "
            "pass warmup_end_value=…, where the warmup leads to"
        )
    rise = line(start, end, over - 1) if meets else line(start, end, over, anchor="ends")
    return rise >> (lr_scheduler if end == PEAK else lr_scheduler.scaled(PEAK))


def _factors(values: Sequence[float], base_lr: float | None) -> list[float]:
    """Return absolute rates as factors."""
    if base_lr is not None:
        return [ratio("a value", value, base_lr) for value in values]
    highest = max(within("a value", value, high=math.inf) for value in values)
    return [ratio("a value", value, highest, "the highest value") for value in values]


def _way(start: float, end: float, size: int) -> list[tuple[float, float]]:
    return [(0, start), (before(size), end)]


def _cycles(
    points: Callable[[float, float, int], list[tuple[float, float]]],
    shape: str,
    values: list[float],
    lengths: tuple[int, int],
    mults: tuple[float, float, float],
    updates: int | None,
) -> Schedule:
    """Return cycles with a way back behind each, written out.

    Args:
        points: from start, end and size to the points of a cycle.
        shape: between them.
        values: factors at the start and the end of the first cycle.
        lengths: its updates, and those of the way back.
        mults: each size, start and end over the one before.
        updates: of the run; needed where the cycles differ.
    """
    size, back = lasts("cycle_size", lengths[0], 2), lasts("warmup_duration", lengths[1], 0)
    grow = above("cycle_mult", mults[0])
    lower = within("start_value_mult", mults[1]), within("end_value_mult", mults[2])

    def cycles() -> Iterator[tuple[Schedule, int]]:
        n, w, (start, end) = size, back, values
        while n:
            following = start * lower[0]
            curve = from_points(points(start, end, n), shape)
            if w:
                curve = curve >> from_points([(0, end), (before(w), following)])
            yield curve, n + w
            n, w = int(n * grow), int(w * grow)
            start, end = following, end * lower[1]
        raise ScheduleError(f"cycle_mult = {grow!r} leaves nothing of the last cycle; raise it")

    return written_out(cycles(), updates)
