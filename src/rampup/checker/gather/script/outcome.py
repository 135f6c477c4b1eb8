"""A walk that is done, as the facts that the rules read."""

import math
from bisect import bisect
from dataclasses import replace
from itertools import pairwise

import numpy as np

from rampup.checker.facts import Curve, Floats, Raised, Run, Setting
from rampup.checker.finding import Place
from rampup.checker.gather.script import peers
from rampup.checker.gather.script.counting import Counting, firsts
from rampup.checker.gather.script.native import Given, Unsettled
from rampup.checker.gather.script.optimizers import Optimizer
from rampup.checker.gather.script.schedulers import Scheduler
from rampup.checker.gather.script.values import Raised as ScriptRaised, Spent
from rampup.checker.gather.script.walking import Walk
from rampup.checker.script import ActKind, Loop, Object, World

CURVE_STEPS = 60_000
"""Steps of the walk that the curves of one world may cost."""

UNPLANNED = 100
"""Steps of a curve where nobody knows how many are made."""

FAR = 64
"""So many times as long as the run a function is looked at, for where it ends."""

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
            entry=one.entry,
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
        name: Setting(
            value=one.value,
            text=one.text,
            counts=counting.of(one.dimension),
            rounded=one.rounded,
        )
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
    every = _every(one, walk)
    # rates that nothing is trained with are looked at, and no run
    trained = every and (any(owner.passes) or not owner.used)
    asked = _asked(one, walk)
    length = _looked_at(asked, whole=bool(whole), foreign=foreign)
    try:
        peer = one.recipe.afresh().build(groups)
        if peer is None or any(math.isnan(rate) for rate in owner.base):
            return None
        curve = peers.curve(
            peer,
            min(peer.ends or length, LONGEST) if foreign and not asked else length,
            place=one.place,
            settings=_settings(one.settings, counting),
            planned=asked if whole and trained else None,
        )
        if curve is not None and curve.ends is None:
            curve = replace(curve, ends=_over(peer, curve))
        epochs = np.diff(firsts(owner.moments, counting.epoch_lines))
        epoch = int(epochs[0]) if len(epochs) and (epochs == epochs[0]).all() else None
        return curve and _in_updates(curve, every or 1, epoch, len(owner.used))
    except peers.PeerError as error:
        nothing = np.full((length, len(groups)), np.nan)
        return Curve(
            place=one.place,
            kind=one.kind.rpartition(".")[2],
            rates=nothing,
            base=owner.base,
            updates=asked if whole else None,
            settings=_settings(one.settings, counting),
            raised=Raised(at=0, text=str(error)),
        )
    except (Unsettled, ScriptRaised, Spent):
        return None


def _asked(one: Scheduler, walk: Walk) -> int:
    """Return how many rates of a scheduler are asked for: one, and one for each step.

    The last step changes a rate that nobody uses, where no update follows it.
    """
    if not one.steps or one.optimizer is None:
        return 0
    updates = walk.at.get(("update", one.optimizer.id))
    if not updates or one.raised:
        return one.steps + 1
    return bisect(walk.at.get(("step", one.id), []), updates[-1]) + 1


def _over(peer: peers.Peer, curve: Curve) -> int | None:
    """Return the step from which on a function that falls in the run is 0 for good.

    Returns:
        None where it is not, at least not up to many times the run.
    """
    if not isinstance(peer, peers.LambdaLR) or curve.updates is None or curve.raised is not None:
        return None
    rates = curve.rates[: curve.updates, 0]
    if not len(rates) or not 0 < rates[-1] < rates.max():
        return None
    factor, low, high = peer.functions[0], len(rates), len(rates)
    try:
        while factor(high) != 0:
            low, high = high, 2 * high
            if high > FAR * len(rates):
                return None
        if factor(2 * high) != 0:
            return None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if factor(middle) != 0 else (low, middle)
        vanishes = abs(factor(high - 1)) < 1e-30  # halved too often for a float, not set to 0
    except peers.RAISED:
        return None
    return None if vanishes else high


def _every(one: Scheduler, walk: Walk) -> int | None:
    """Return how many updates lie between two steps of a scheduler, from end to end of the run.

    Returns:
        None where they are not evenly spread, or begin late or stop early: then how many of its
        rates are used does not follow from how many updates there are.
    """
    if one.optimizer is None:
        return 1
    made = len(one.optimizer.used)
    at = [walk.acts[place].update for place in walk.at.get(("step", one.id), [])]
    if len(at) < 2 or not made:
        return 1
    apart = {later - before for before, later in pairwise(at)}
    every = min(apart)
    late = at[0] > every or at[-1] + every < made
    return every if len(apart) == 1 and every and not late else None


def _in_updates(curve: Curve, every: int, epoch: int | None, made: int) -> Curve:
    """Return a curve with one rate for each update, of a scheduler that was stepped.

    Args:
        curve: one rate for each step.
        every: updates from one step to the next.
        epoch: updates of an epoch, where they are known.
        made: updates of the run.
    """
    if every == 1:
        return replace(curve, epoch=epoch, observed=True)
    return replace(
        curve,
        rates=np.repeat(curve.rates, every, axis=0),
        updates=None if curve.updates is None else made,
        ends=None if curve.ends is None else curve.ends * every,
        warmup=None if curve.warmup is None else curve.warmup * every,
        joins=tuple(join * every for join in curve.joins),
        raised=curve.raised and Raised(at=curve.raised.at * every, text=curve.raised.text),
        every=every,
        epoch=epoch,
        observed=True,
    )


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
    return Run(
        place=walk.acts[walk.at["update", one.id][0]].place,
        stepped_at=_first(walk, "step", writers[0].id) if writers else None,
        reported_at=_first(walk, "report", one.id),
        used=used,
        planned=_planned(curve, used, one),
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
    return any("epoch" in walk.acts[at].detail for at in walk.at.get(("step", scheduler.id), []))


def _first(walk: Walk, kind: ActKind, subject: int) -> Place | None:
    """Return where a thing is done to an object for the first time."""
    at = walk.at.get((kind, subject))
    return walk.acts[at[0]].place if at else None


def _once_each(calls: list[int]) -> bool:
    return all(made == 1 for made in calls[1:])


def _planned(curve: Curve | None, used: Floats, one: Optimizer) -> Floats | None:
    """Return the rates that a schedule gives to the updates.

    Returns:
        None if it is stepped neither once for each nor evenly, with no other hand between.
    """
    if curve is None or len(curve.rates) < len(used):
        return None
    if not _once_each(one.calls) and (curve.every == 1 or one.written):
        return None
    return curve.rates[: len(used)] if curve.rates.shape[1] == used.shape[1] else None
