"""A walk that is done, as the facts that the rules read."""

import math

import numpy as np

from rampup.checker.facts import Curve, Floats, Raised, Run, Setting
from rampup.checker.gather.script import peers
from rampup.checker.gather.script.counting import Counting, firsts
from rampup.checker.gather.script.native import Given, Unsettled
from rampup.checker.gather.script.optimizers import Optimizer
from rampup.checker.gather.script.schedulers import Scheduler
from rampup.checker.gather.script.values import Raised as ScriptRaised, Spent
from rampup.checker.gather.script.walking import Walk
from rampup.checker.script import Loop, Object, World

CURVE_STEPS = 60_000
"""Steps of the walk that the curves of one world may cost."""

UNPLANNED = 100
"""Steps of a curve where nobody knows how many are made."""

FEW = 3
"""Steps of a curve that is walked by code which the script does not hold."""

LONGEST = 5_000
"""Steps of a curve at most."""


def world(walk: Walk) -> World:
    """Return what one walk found."""
    counting = Counting(walk)
    optimizers = [one for one in walk.objects if isinstance(one, Optimizer)]
    schedulers = [one for one in walk.objects if isinstance(one, Scheduler)]
    walk.left = CURVE_STEPS
    walk.entry = -1
    curves = {one.id: _curve(one, walk, counting) for one in schedulers}
    return World(
        guesses=dict(walk.guesses.numbers),
        acts=tuple(walk.acts),
        loops={
            line: Loop(
                place=one.place,
                text=one.text,
                counts=counting.loops.get(line, ""),
                times=one.times if one.ends else None,
                first=walk.starts.get(one.text, 0),
            )
            for line, one in walk.loops.items()
        },
        curves={key: curve for key, curve in curves.items() if curve is not None},
        runs={one.id: _run(one, walk, counting, curves) for one in optimizers if one.used},
        complete=not walk.unfinished,
        resumes=tuple(walk.resumes),
    )


def objects(walk: Walk) -> dict[int, Object]:
    """Return the objects that one walk built, by id."""
    counting = Counting(walk)
    made: dict[int, Object] = {}
    for one in walk.objects:
        scheduler = isinstance(one, Scheduler)
        owner = one.part_of or one.optimizer if scheduler else None
        made[one.id] = Object(
            id=one.id,
            kind=one.kind,
            name=one.name,
            place=one.place,
            of=owner.id if owner is not None else None,
            parts=tuple(part.id for part in one.parts) if scheduler else (),
            settings=_settings(one.settings, counting),
            steps_itself=one.steps_itself,
        )
    return made


def _settings(given: dict[str, Given], counting: Counting) -> dict[str, Setting]:
    return {
        name: Setting(value=one.value, text=one.text, counts=counting.of(one.dimension))
        for name, one in given.items()
    }


def _curve(one: Scheduler, walk: Walk, counting: Counting) -> Curve | None:
    """Return what a scheduler asks for, on groups of its own."""
    owner = one.optimizer
    if owner is None or one.recipe is None or one.part_of is not None:
        return None
    groups = [{**group, "lr": base} for group, base in zip(owner.groups, owner.base, strict=True)]
    for group in groups:
        group.pop("initial_lr", None)
    whole = one.steps and one.entry not in walk.unfinished and not (one.handed or owner.handed)
    whole = (whole and not (one.broken or owner.broken)) or one.raised is not None
    foreign = one.handed or owner.handed or one.steps_itself
    length = _looked_at(one.steps, whole=bool(whole), foreign=foreign)
    try:
        peer = one.recipe.afresh().build(groups)
        if peer is None or any(math.isnan(rate) for rate in owner.base):
            return None
        return peers.curve(
            peer,
            min(peer.ends or length, LONGEST) if foreign and not one.steps else length,
            place=one.place,
            settings=_settings(one.settings, counting),
            planned=one.steps + 1 if one.raised else one.steps if whole else None,
        )
    except peers.PeerError as error:
        nothing = np.full((length, len(groups)), np.nan)
        return Curve(
            place=one.place,
            kind=one.kind.rpartition(".")[2],
            rates=nothing,
            base=owner.base,
            updates=one.steps if whole else None,
            settings=_settings(one.settings, counting),
            raised=Raised(at=0, text=str(error)),
        )
    except (Unsettled, ScriptRaised, Spent):
        return None


def _looked_at(steps: int, *, whole: bool, foreign: bool) -> int:
    """Return how many steps of a curve say something about the script.

    Args:
        steps: steps that the script makes.
        whole: these are all that are made.
        foreign: other code makes steps.
    """
    if not steps:
        return FEW if foreign else UNPLANNED
    return min(steps + max(steps // 10, 1) if whole else steps, LONGEST)


def _run(one: Optimizer, walk: Walk, counting: Counting, curves: dict[int, Curve | None]) -> Run:
    """Return the run that an optimizer makes."""
    one.settle_reports()
    groups = max(map(len, one.used))
    used: Floats = np.full((len(one.used), groups), np.nan)
    for k, rates in enumerate(one.used):
        used[k, : len(rates)] = rates
    reported = None
    if one.reported:
        reported = np.full_like(used, np.nan)
        for k, shown in one.reported.items():
            for group, rate in shown.items():
                reported[k, group] = rate
    writers = [scheduler for scheduler in one.schedulers if scheduler.part_of is None]
    curve = curves.get(writers[0].id) if len(writers) == 1 else None
    if curve is not None and (one.loaded or _goes_on(writers[0]) or _says_where(walk, writers[0])):
        curve = None
    whole = one.entry not in walk.unfinished and not one.handed
    whole = whole and not (one.broken or any(scheduler.broken for scheduler in writers))
    update = next(act for act in walk.acts if act.kind == "update" and act.subject == one.id)
    return Run(
        place=update.place,
        used=used,
        planned=_planned(curve, used, one.calls),
        reported=reported,
        base=one.base,
        calls=np.array(one.calls, dtype=np.int64) if writers else None,
        index=np.array(one.indices, dtype=np.int64) if writers else None,
        backwards=np.array(one.passes, dtype=np.int64),
        epochs=firsts(one.moments, counting.epoch_lines),
        expected=len(one.used) if whole else None,
        ends=curve.ends if curve is not None and _once_each(one.calls) else None,
        finished=whole,
        writes=tuple(dict.fromkeys(one.written)),
        stepped=any(scheduler.steps for scheduler in writers) if writers else None,
        cyclic=any(curve.cyclic for one in writers if (curve := curves.get(one.id)) is not None),
    )


def _goes_on(scheduler: Scheduler) -> bool:
    """Return whether a scheduler does not begin at the beginning."""
    given = scheduler.settings.get("last_epoch")
    return scheduler.loaded is not None or (given is not None and given.value != -1)


def _says_where(walk: Walk, scheduler: Scheduler) -> bool:
    """Return whether steps of the script say themselves where in the schedule they are."""
    return any(
        act.kind == "step" and act.subject == scheduler.id and "epoch" in act.detail
        for act in walk.acts
    )


def _once_each(calls: list[int]) -> bool:
    return all(made == 1 for made in calls[1:])


def _planned(curve: Curve | None, used: Floats, calls: list[int]) -> Floats | None:
    """Return the rates that a schedule gives to the updates, if it is stepped once for each."""
    if curve is None or not _once_each(calls) or len(curve.rates) < len(used):
        return None
    return curve.rates[: len(used)] if curve.rates.shape[1] == used.shape[1] else None
