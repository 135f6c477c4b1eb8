"""What can be read off a plan without running it."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from rampup.schedule.phase import PEAK
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
class Shapeliness:
    """How a plan moves.

    Args:
        jumps: per joint between two phases, its update and the change of the factor there.
        given_up: updates' worth of peak factor that the warmup uses less than the peak.
        steepest: the largest rise of the factor from one update to the next.
        steepest_at: the update that it leads to.
    """

    jumps: list[tuple[int, float]]
    given_up: float
    steepest: float
    steepest_at: int


def landmarks(plan: Plan) -> Landmarks:
    """Return the landmarks of `plan`.

    The peak is exact for runs of up to a million updates; of longer ones, every joint and a
    million evenly spaced updates are looked at.

    Example:
        >>> from rampup import hold, warmup
        >>> landmarks((warmup(4) >> hold()).plan(updates=10))
        Landmarks(first=0.25, peak=1.0, peak_at=3, last=1.0, warmup=4)
    """
    k = _looked_at(plan)
    factors = plan(k)
    highest = int(factors.argmax())
    return Landmarks(
        first=plan(0),
        peak=float(factors[highest]),
        peak_at=int(k[highest]),
        last=plan(plan.horizon.updates - 1),
        warmup=sum(curve.warmup for curve in plan.curves),
    )


def motion(plan: Plan) -> Shapeliness:
    """Return how `plan` moves, with the same limits as `landmarks`.

    Example:
        >>> from rampup import hold, warmup
        >>> motion((warmup(4) >> hold()).plan(updates=10))
        Shapeliness(jumps=[(4, 0.0)], given_up=1.5, steepest=0.25, steepest_at=1)
    """
    joints = [curve.first for curve in plan.curves[1:]]
    jumps = [(k, plan(k) - plan(k - 1)) for k in joints]
    warm = sum(
        float((PEAK - plan(curve.first + np.arange(curve.warmup))).sum())
        for curve in plan.curves
        if curve.warmup
    )
    k = _looked_at(plan)
    factors = plan(k)
    rises = [(float(b - a), int(at)) for (a, b), at in zip(pairwise(factors), k[1:], strict=True)]
    steepest, at = max(rises, key=lambda rise: rise[0], default=(0.0, 0))
    return Shapeliness(jumps=jumps, given_up=warm, steepest=max(steepest, 0.0), steepest_at=at)


def _looked_at(plan: Plan) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    last = plan.horizon.updates - 1
    if last < MOST:
        return np.arange(last + 1)
    marks = [k for k in plan.track.marks if k <= last]
    spaced = np.linspace(0, last, MOST).astype(np.int64)
    return np.unique(np.concatenate([spaced, np.array(marks, dtype=np.int64)]))
