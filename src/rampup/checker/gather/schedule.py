"""Facts of a schedule of ours: what it asks for on a run."""

from typing import Final

import numpy as np

from rampup.checker.facts import Curve, Raised
from rampup.checker.finding import Place
from rampup.errors import CheckError, ScheduleError
from rampup.schedule.plan import Plan
from rampup.schedule.schedule import Schedule
from rampup.schedule.text import parse

MOST: Final = 10_000_000
"""Updates that are looked at, one by one."""


def facts(
    subject: Schedule | Plan | str,
    *,
    updates: int | None = None,
    updates_per_epoch: int | None = None,
) -> list[Curve]:
    """Return what a schedule asks for, as facts; the base rate is 1.

    Args:
        subject: a schedule, its text, or a plan, which knows its run already.
        updates: updates in the whole run, ≥ 1.
        updates_per_epoch: needed where a phase is measured in epochs.

    Raises:
        CheckError: nobody said how long the run is, or it is too long.
        ParseError: the text says no schedule.
        UnitError: the run lacks a number that a length needs.

    Example:
        >>> from rampup.checker.gather.schedule import facts
        >>> facts("warmup 4up >> hold", updates=10)[0].rates.T
        array([[0.25, 0.5 , 0.75, 1.  , 1.  , 1.  , 1.  , 1.  , 1.  , 1.  , 1.  ]])
    """
    if isinstance(subject, Plan):
        return [of_plan(subject)]
    schedule = parse(subject) if isinstance(subject, str) else subject
    if updates is None:
        raise CheckError(
            f"could not check '{schedule}': nobody said how long the run is; pass updates=…"
        )
    try:
        return [of_plan(schedule.plan(updates=updates, updates_per_epoch=updates_per_epoch))]
    except ScheduleError as refusal:
        return [
            Curve(
                place=Place(key=str(schedule)),
                kind="Schedule",
                rates=np.empty((0, 1)),
                base=(1.0,),
                updates=updates,
                raised=Raised(at=0, text=str(refusal)),
                epoch=updates_per_epoch,
            )
        ]


def of_plan(plan: Plan) -> Curve:
    """Return what a plan asks for, over its run and a tenth more, at base rate 1.

    Raises:
        CheckError: the run is too long to be looked at.
    """
    updates = plan.horizon.updates
    name = str(plan.schedule)
    rates = plan(np.arange(looked_at(updates, name)))
    return Curve(
        place=Place(key=name),
        kind="Schedule",
        rates=rates[:, None],
        base=(1.0,),
        updates=updates,
        ends=plan.curves[-1].first + plan.curves[-1].updates if plan.curves else 0,
        warmup=plan.landmarks.warmup or None,
        joins=tuple(curve.first for curve in plan.curves[1:]),
        parts=tuple(str(curve.phase) for curve in plan.curves),
        cyclic=True,
        epoch=plan.horizon.updates_per_epoch,
    )


def looked_at(updates: int, name: str) -> int:
    """Return how many updates of a run are looked at: its own and a tenth more.

    Raises:
        CheckError: they are too many.
    """
    if updates > MOST:
        raise CheckError(
            f"could not check '{name}': a run of {updates:,} updates is more than the {MOST:,} "
            "that can be looked at; pass a shorter one"
        )
    return updates + -(-updates // 10)
