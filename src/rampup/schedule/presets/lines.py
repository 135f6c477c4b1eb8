"""The straight line between two factors, whichever of them is the higher one."""

from rampup.schedule.build import Long, decay, rise, warmup
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


def scaled(schedule: Schedule, by: float) -> Schedule:
    """Return `schedule` times `by`, itself where that changes nothing."""
    return schedule if by == 1 else schedule.scaled(by)
