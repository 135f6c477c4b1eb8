"""Cycles that a peer starts again without end, written out for a run where they differ."""

import math
from collections.abc import Iterable
from itertools import pairwise

from rampup.errors import ScheduleError
from rampup.schedule.presets.lines import joined
from rampup.schedule.presets.pieces import MOST, lasts
from rampup.schedule.schedule import Schedule


def written_out(cycles: Iterable[tuple[Schedule, int]], updates: int | None) -> Schedule:
    """Return one cycle after the other; the end of the run cuts the last of them.

    Args:
        cycles: `(cycle, its updates)` without end; each must begin at a factor of its own. One that
            equals the one before it goes on for ever.
        updates: of the run; needed where the cycles differ.

    Raises:
        ScheduleError: it is needed and missing, or there are more than `MOST` cycles in it.

    Example:
        >>> from itertools import repeat
        >>> from rampup import from_points
        >>> print(written_out(repeat((from_points([(0, 1.0), (3, 0.5)]), 4)), None))
        (points 0.0:1.0 3.0:0.5 linear) repeated
    """
    left: float = math.inf if updates is None else lasts("updates", updates)
    pieces: list[Schedule] = []
    for (cycle, length), (following, _) in pairwise(cycles):
        if following == cycle:
            pieces.append(cycle.repeated())
            break
        if updates is None:
            raise ScheduleError(
                "each cycle differs from the one before, without end; pass updates=… of the run"
            )
        if len(pieces) == MOST:
            raise ScheduleError(
                f"updates = {updates!r} has room for more than {MOST} cycles that differ, "
                "which is too many to be written out; make them longer"
            )
        pieces.append(cycle if length <= left else cycle.cut(int(left)))
        left -= length
        if left <= 0:
            break
    return joined(pieces)


def before(end: int) -> float:
    """Return the last place before update `end`: points up to it last `end` updates."""
    return math.nextafter(end, 0.0)
