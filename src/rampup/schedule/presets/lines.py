"""Straight lines, up, down and level, and pieces put one behind the other."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from rampup.schedule.build import Long, decay, hold, rise, warmup
from rampup.schedule.schedule import Schedule


def line(start: float, end: float, over: Long, anchor: str = "start") -> Schedule:
    """Return a warmup or a fall between two factors that are not both 0.

    Args:
        start: factor at progress 0.
        end: factor at progress 1, held afterwards.
        over: how long it takes.
        anchor: where an update reads it.

    Raises:
        ScheduleError: it cannot be meant.

    Example:
        >>> plan = line(0.25, 0.5, 4).plan(updates=10)
        >>> plan(0), plan(2), plan(4)
        (0.25, 0.375, 0.5)
    """
    if end <= start:
        return slope(start, end, over, anchor)
    return scaled(warmup(over, start=start / end, anchor=anchor), end)


def slope(start: float, end: float, over: Long | None, anchor: str = "start") -> Schedule:
    """Return a line as `line` does, whose rise is no warmup and may take what is left.

    Args:
        start: factor at progress 0.
        end: factor at progress 1, held afterwards.
        over: how long it takes; None takes what is left.
        anchor: where an update reads it.

    Raises:
        ScheduleError: it cannot be meant.

    Example:
        >>> slope(0.0, 0.5, None).plan(updates=10)(5)
        0.25
    """
    if end <= start:
        return scaled(decay("linear", over=over, to=end / start, anchor=anchor), start)
    return scaled(rise("linear", over=over, start=start / end, anchor=anchor), end)


def levels(starts: Sequence[int], factors: Sequence[float]) -> Schedule:
    """Return factors that each hold from an update on, the last one to the end of the run.

    Args:
        starts: update indices, ascending from 0.
        factors: as many.

    Example:
        >>> plan = levels([0, 4], [1.0, 0.5]).plan(updates=10)
        >>> plan(3), plan(4)
        (1.0, 0.5)
    """
    lengths = [end - start for start, end in pairwise(starts)]
    return joined(hold(n).scaled(f) for n, f in zip([*lengths, None], factors, strict=True))


def joined(pieces: Iterable[Schedule]) -> Schedule:
    """Return one schedule after the other, at once: `>>` of thousands copies them again each time.

    Example:
        >>> print(joined([hold(2), decay(over=4)]))
        hold 2up >> decay 4up linear to 0.0
    """
    return Schedule(tuple(phase for piece in pieces for phase in piece.phases))


def scaled(schedule: Schedule, by: float) -> Schedule:
    """Return `schedule` times `by`, itself where that changes nothing."""
    return schedule if by == 1 else schedule.scaled(by)
