"""The straight line between two factors, whichever of them is the higher one."""

from rampup.errors import ScheduleError
from rampup.schedule.build import Long, decay, warmup
from rampup.schedule.schedule import Schedule


def line(start: float, end: float, over: Long | None, anchor: str = "start") -> Schedule:
    """Return a rise or a fall between two factors that are not both 0.

    Args:
        start: factor at progress 0.
        end: factor at progress 1, held afterwards.
        over: how long it takes; only a fall can take what is left.
        anchor: where an update reads it.

    Raises:
        ScheduleError: it cannot be meant.

    Example:
        >>> plan = line(0.25, 0.5, 4).plan(updates=10)
        >>> plan(0), plan(2), plan(4)
        (0.25, 0.375, 0.5)
    """
    if end <= start:
        return scaled(decay("linear", over=over, to=end / start, anchor=anchor), start)
    if over is None:
        raise ScheduleError(
            f"a rise from factor {start:g} to {end:g} needs a length; say how long it takes"
        )
    return scaled(warmup(over, start=start / end, anchor=anchor), end)


def scaled(schedule: Schedule, by: float) -> Schedule:
    """Return `schedule` times `by`, itself where that changes nothing."""
    return schedule if by == 1 else schedule.scaled(by)
