"""Cycles that a peer starts again without end, written out for a run."""

import math
from collections.abc import Iterable

from rampup.schedule.phase import Schedule
from rampup.schedule.presets.pieces import cut, lasts


def written_out(cycles: Iterable[tuple[Schedule, int]], updates: int) -> Schedule:
    """Return one cycle after the other for a run of `updates`, whose end cuts the last of them.

    Args:
        cycles: `(cycle, its updates)` without end; each must begin at a factor of its own. One that
            equals the one before it goes on for ever.
        updates: of the run, ≥ 1.

    Example:
        >>> from itertools import repeat
        >>> from rampup import from_points
        >>> print(written_out(repeat((from_points([(0, 1.0), (3, 0.5)]), 4)), 8))
        (points 0.0:1.0 3.0:0.5 linear) repeated 2
    """
    left = lasts("updates", updates)
    pieces: list[Schedule] = []
    for cycle, length in cycles:
        if length > left:
            break
        if pieces and cycle == pieces[-1]:
            pieces[-1] = cycle.repeated(1 + left // length)
            left %= length
            break
        pieces.append(cycle)
        left -= length
    if left:
        pieces.append(cut(cycle, left, to=cycle.plan(updates=length)(left - 1)))
    return Schedule(tuple(phase for piece in pieces for phase in piece.phases))


def before(end: int) -> float:
    """Return the last place before update `end`: points up to it last `end` updates."""
    return math.nextafter(end, 0.0)
