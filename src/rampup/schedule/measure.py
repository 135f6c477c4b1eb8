"""What can be read off a plan without running it."""

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from rampup.errors import ScheduleError
from rampup.schedule.plan import Plan

MOST: Final = 1_000_000
"""Updates up to which every one is looked at; of longer runs, as many, evenly spaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmarks:
    """The points of a plan that people ask for.

    Args:
        first: factor of update 0.
        peak: the highest factor that any update of the run uses.
        peak_at: the first update that uses it.
        last: factor of the run's last update.
        warmup: updates that belong to a warmup.
    """

    first: float
    peak: float
    peak_at: int
    last: float
    warmup: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """How a plan moves.

    Args:
        jumps: per joint between two phases, its update and the change of the factor there.
        given_up: how much more the run would use without its warmup, in updates at the peak; NaN
            where the schedule cannot be meant without it.
        steepest: the largest rise of the factor from one update to the next.
        steepest_at: the update that it leads to.
    """

    jumps: list[tuple[int, float]]
    given_up: float
    steepest: float
    steepest_at: int


def landmarks(plan: Plan, *, most: int = MOST) -> Landmarks:
    """Return the landmarks of `plan`.

    The peak is exact for runs of up to a million updates; of longer ones, every joint and a
    million evenly spaced updates are looked at, and then those around the highest of them.

    Args:
        plan: what to look at.
        most: how many updates stand for "a million" above, ≥ 3.

    Example:
        >>> from rampup import hold, warmup
        >>> landmarks((warmup(4) >> hold()).plan(updates=10))
        Landmarks(first=0.25, peak=1.0, peak_at=3, last=1.0, warmup=4)
    """
    k = _looked_at(plan, most)
    while True:
        factors = plan(k)
        highest = int(factors.argmax())
        low, high = k[max(highest - 1, 0)], k[min(highest + 1, len(k) - 1)]
        if high - low <= 2:
            break
        closer = low + _spaced(int(high - low) + 1, most)
        k = np.unique(np.concatenate([closer, k[highest : highest + 1]]))
    return Landmarks(
        first=plan(0),
        peak=float(factors[highest]),
        peak_at=int(k[highest]),
        last=plan(plan.horizon.updates - 1),
        warmup=plan.track.warmup(0, plan.horizon.updates),
    )


def motion(plan: Plan) -> Motion:
    """Return how `plan` moves, with the same limits as `landmarks`.

    Example:
        >>> from rampup import hold, warmup
        >>> motion((warmup(4) >> hold()).plan(updates=10))
        Motion(jumps=[(4, 0.0)], given_up=1.5, steepest=0.25, steepest_at=1)
    """
    joints = [curve.first for curve in plan.curves[1:]]
    k = _looked_at(plan)
    rises = np.diff(plan(k)) / np.diff(k)
    # of rises that differ by rounding alone, the first
    steepest = int((rises >= rises.max() * (1 - 1e-9)).argmax()) if rises.size else 0
    rising = bool(rises.size) and rises[steepest] > 0
    return Motion(
        jumps=[(joint, plan(joint) - plan(joint - 1)) for joint in joints],
        given_up=_given_up(plan),
        steepest=float(rises[steepest]) if rising else 0.0,
        steepest_at=int(k[steepest + 1]) if rising else 0,
    )


def _given_up(plan: Plan) -> float:
    """Return how much more the run would use without its warmup, in updates at the peak."""
    if not plan.schedule.has_warmup:
        return 0.0
    try:
        bare = replace(plan, schedule=plan.schedule.without_warmup())
    except ScheduleError:
        # something behind the warmup is meant only with it, as a rise from a warmup cut short
        return math.nan
    updates = plan.horizon.updates
    joints = {k for k in (*plan.track.marks, *bare.track.marks) if 0 < k < updates}
    edges = [0, updates] if updates <= MOST else [0, *sorted(joints), updates]
    lost = 0.0
    for first, end in pairwise(edges):
        looked_at = first + _spaced(end - first, MOST // (len(edges) - 1))
        lost += float(np.mean(bare(looked_at) - plan(looked_at))) * (end - first)
    peak = landmarks(bare).peak
    return lost / peak if peak else 0.0


def _looked_at(plan: Plan, most: int = MOST) -> npt.NDArray[np.int64]:
    updates = plan.horizon.updates
    marks = [k for k in plan.track.marks if k < updates]
    return np.unique(np.concatenate([_spaced(updates, most), np.array(marks, dtype=np.int64)]))


def _spaced(updates: int, most: int = MOST) -> npt.NDArray[np.int64]:
    """Return every update, or, of more than `most`, as many evenly spaced ones."""
    if updates <= most:
        return np.arange(updates)
    return np.linspace(0, updates - 1, max(most, 1)).astype(np.int64)
