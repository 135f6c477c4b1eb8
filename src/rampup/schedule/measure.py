"""What can be read off a plan without running it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from rampup.schedule.phase import PEAK
from rampup.schedule.plan import Curve, Plan

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
        given_up=sum(_given_up(plan, curve) for curve in plan.curves if curve.warmup),
        steepest=float(rises[steepest]) if rising else 0.0,
        steepest_at=int(k[steepest + 1]) if rising else 0,
    )


def _given_up(plan: Plan, curve: Curve) -> float:
    """Return what a phase's warmup uses less than the peak, summed over its updates."""
    looked_at = curve.first + _spaced(curve.warmup)
    return float(np.mean(PEAK - plan(looked_at))) * curve.warmup


def _looked_at(plan: Plan) -> npt.NDArray[np.int64]:
    updates = plan.horizon.updates
    marks = [k for k in plan.track.marks if k < updates]
    return np.unique(np.concatenate([_spaced(updates), np.array(marks, dtype=np.int64)]))


def _spaced(updates: int) -> npt.NDArray[np.int64]:
    """Return every update, or, of more than a million, a million evenly spaced ones."""
    if updates <= MOST:
        return np.arange(updates)
    return np.linspace(0, updates - 1, MOST).astype(np.int64)
