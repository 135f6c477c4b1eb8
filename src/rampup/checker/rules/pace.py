"""How fast a run walks through its schedule; what several rules read off a run.

Not here: what is wrong about it (the rules).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from rampup.checker.facts import Floats, Run

SAME: Final = 1e-6
"""Rates closer than this, relatively, are one rate."""

MOST: Final = 0.9
"""Share of the updates that have to keep one pace, and of the run that a schedule has to last."""

FEW: Final = 3
"""Fewer updates than this show no pace."""


@dataclass(frozen=True, slots=True)
class Over:
    """Where a schedule is over.

    Args:
        step: scheduler step after which it is.
        update: update that this was, at the pace of the run.
        updates: updates of the run: planned, or made so far.
        falls: the rate had come down by then.
    """

    step: int
    update: float
    updates: int
    falls: bool


def pace(run: Run) -> int | None:
    """Return how many scheduler steps the run makes for each update; None where it keeps no pace.

    Those before the first update are left out.
    """
    made = steps_made(run)
    return None if made is None else _usual(made[1:])


def steps_made(run: Run) -> npt.NDArray[np.int64] | None:
    """Return the scheduler steps before each update since the one before, shape (updates,)."""
    if run.calls is not None:
        return run.calls
    return None if run.index is None else np.diff(run.index, prepend=run.index[:1])


def passes(run: Run) -> int | None:
    """Return how many backward passes the run makes for each update, or None."""
    return None if run.backwards is None else _usual(run.backwards)


def over_early(run: Run, steps: int) -> Over | None:
    """Return where the schedule is over, if that is well before the run is.

    Args:
        run: what was done.
        steps: scheduler steps for each update, ≥ 1.
    """
    updates = run.expected or len(run.used)
    end = run.ends if run.ends is not None else _stands_still(run, steps)
    if end is None or run.cyclic or not len(run.used):
        return None
    at = end / steps
    if at >= MOST * updates:
        return None
    before = run.used[: int(at) + 1, 0]
    here = run.used[min(int(np.ceil(at)), len(run.used) - 1), 0]
    falls = bool(here < (1 - MOST) * np.nanmax(before, initial=0.0)) or bool(
        here <= 0.5 * np.nanmax(before, initial=0.0)
    )
    return Over(step=end, update=at, updates=updates, falls=falls)


def close(a: Floats, b: Floats) -> npt.NDArray[np.bool_]:
    """Return where two rates are the same."""
    return np.isclose(a, b, rtol=SAME, atol=0.0)


def first_epoch(run: Run) -> int | None:
    """Return how many updates an epoch has, where all that are over have the same number."""
    lengths = np.diff(run.epochs)
    if len(lengths) and (lengths == lengths[0]).all():
        return int(lengths[0])
    return None


def _usual(counts: npt.NDArray[np.int64]) -> int | None:
    if len(counts) < FEW - 1:
        return None
    values, times = np.unique(counts, return_counts=True)
    best = int(times.argmax())
    least = 0.5 if values[best] == 0 else MOST  # a step for every third update is none for most
    return int(values[best]) if times[best] > least * len(counts) else None


def _stands_still(run: Run, steps: int) -> int | None:
    """Return the scheduler step from which on the rates of a smooth schedule stand still.

    A staircase always stands still on its last step, so a schedule counts as smooth only where
    its first updates, at one step each, all have different rates.
    """
    planned, used = run.planned, run.used
    if planned is None or len(used) < FEW or not run.finished:
        return None
    if close(planned[1:FEW, 0], planned[: FEW - 1, 0]).any() or np.isnan(planned[:FEW, 0]).any():
        return None
    moves = np.flatnonzero(~close(used[1:, 0], used[:-1, 0]))
    still = int(moves[-1]) + 1 if len(moves) else 0
    if still == 0 or len(used) - still < 2:
        return None
    return still * steps
