"""A checkpoint's plain data, or live objects, as one side of a resume."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

import numpy as np

from rampup.checker.facts import Floats, Snapshot
from rampup.checker.finding import Place
from rampup.checker.gather import states
from rampup.checker.gather.twin import Twin, unwrapped
from rampup.checker.gather.wired import inner, seeded
from rampup.errors import CheckError, RampupError
from rampup.schedule.text import parse
from rampup.trace.record import Update
from rampup.trace.source import events_of
from rampup.units import Horizon

AHEAD: Final = 200
"""Updates for which the two sides of a resume are compared."""

Held = Mapping[str, Any]


def saved(held: Held, place: Place) -> Snapshot:
    """Return what a checkpoint or a configuration says.

    Args:
        held: plain data, as `gather.saved.read` returns it.
        place: where it comes from.
    """
    optimizer, scheduler = parts(held)
    snapshot = Snapshot(place=place, keys=frozenset(name for name, _ in states.walk(held)))
    if isinstance(held.get("config"), Mapping):
        snapshot = _configured(held["config"], snapshot)
    if "journal" in held:
        snapshot = _recorded(held["journal"], snapshot)
    if optimizer is not None:
        snapshot = _of_optimizer(optimizer, snapshot)
    if scheduler is not None:
        snapshot = _of_scheduler(scheduler, snapshot)
    trainer = held.get("trainer_state")
    counted = trainer if isinstance(trainer, Mapping) else held
    if isinstance(counted.get("global_step"), int) and snapshot.updates is None:
        snapshot = replace(snapshot, updates=counted["global_step"])
    if isinstance(trainer, Mapping):
        names = ("max_steps", "num_train_epochs", "train_batch_size")
        said = {name: f"{trainer[name]:g}" for name in names if trainer.get(name)}
        snapshot = replace(snapshot, settings={**snapshot.settings, **said})
    return snapshot


def parts(held: Held) -> tuple[Held | None, Held | None]:
    """Return the states of the first optimizer and of the first scheduler in a checkpoint.

    A scheduler of ours whose state rides in the optimizer's is found there.
    """
    optimizer: Held | None = held if states.is_optimizer(held) else None
    scheduler: Held | None = None
    inside: tuple[str, ...] = ()
    if optimizer is None and states.is_scheduler("", held):
        scheduler = held
    for name, value in states.walk(held):
        if name.startswith(inside) and inside:
            continue
        if states.is_optimizer(value):
            optimizer = value if optimizer is None else optimizer
            inside = (*inside, f"{name}.")
        elif scheduler is None and states.is_scheduler(name, value):
            scheduler = value
    if scheduler is None and optimizer is not None:
        scheduler = states.riding(optimizer)
    return optimizer, scheduler


def live(scheduler: Any, optimizer: Any = None) -> Snapshot:
    """Return what live objects go on with.

    Args:
        scheduler: a scheduler, or None where only an optimizer is at hand.
        optimizer: the one that trains; None is the scheduler's own.
    """
    scheduler = unwrapped(scheduler)
    optimizer = inner(scheduler.optimizer if optimizer is None else optimizer)
    snapshot = Snapshot(place=Place(key=type(optimizer).__name__))
    snapshot = _of_optimizer(
        {"state": optimizer.state, "param_groups": optimizer.param_groups}, snapshot
    )
    if scheduler is None:
        return snapshot
    ours = hasattr(scheduler, "lr_at")
    snapshot = _of_scheduler(scheduler.state_dict(), snapshot)
    return replace(
        snapshot,
        place=Place(key=type(scheduler).__name__),
        kind=type(scheduler).__name__,
        ahead=_of_ours(scheduler) if ours else ahead(scheduler),
        seeded=seeded(scheduler),
    )


def ahead(scheduler: Any, *, optimizer: Held | None = None, state: Held | None = None) -> Any:
    """Return the rates that come, shape (200, groups); None where that cannot be tried out.

    Args:
        scheduler: a live scheduler.
        optimizer: the state of an optimizer to go on from; None for its own.
        state: the state of a scheduler to go on from; None for its own.
    """
    groups = None if optimizer is None else optimizer["param_groups"]
    if groups is not None and len(groups) != len(scheduler.optimizer.param_groups):
        return None
    try:
        return Twin(scheduler, groups=groups, state=state).rates(AHEAD)
    except CheckError:
        return None


def _of_ours(scheduler: Any) -> Floats:
    now = int(scheduler.last_epoch)
    return np.array([scheduler.lr_at(k) for k in range(now, now + AHEAD)])


def _of_optimizer(optimizer: Held, snapshot: Snapshot) -> Snapshot:
    groups = optimizer["param_groups"]
    initial = [group["initial_lr"] for group in groups if "initial_lr" in group]
    return replace(
        snapshot,
        optimizer=True,
        updates=states.steps(optimizer),
        next=tuple(float(group["lr"]) for group in groups if "lr" in group),
        base=tuple(map(float, initial)) if len(initial) == len(groups) else snapshot.base,
    )


def _of_scheduler(state: Held, snapshot: Snapshot) -> Snapshot:
    ours = states.is_ours(state)
    at = states.index(state)
    return replace(
        snapshot,
        scheduler=True,
        index=at,
        updates=at if ours and snapshot.updates is None else snapshot.updates,
        base=states.bases(state) or snapshot.base,
        last=tuple(map(float, state["used"])) if ours and state.get("used") else (),
        kind=states.kind(state),
        settings=states.settings(state),
        curve=_curve(state, at) if ours and at is not None else None,
    )


def _curve(state: Held, at: int) -> Floats | None:
    """Return the rates of a saved schedule of ours, up to the updates that come, by its text.

    A schedule that calls a function is left alone: a checkpoint does not choose what is run.
    """
    text, base = state.get("schedules", {}).get("lr"), states.bases(state)
    if not isinstance(text, str) or "function" in text or state.get("changes") or not base:
        return None
    try:
        plan = parse(text).plan(**_horizon(state["horizon"]))
    except (RampupError, TypeError, KeyError):
        return None
    factors = plan(np.arange(at + AHEAD))
    return np.outer(factors, base)


def _horizon(said: Held) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name in Horizon.__slots__}


def _configured(config: Held, snapshot: Snapshot) -> Snapshot:
    training = config.get("training", {})
    said = {"schedule": _spelled(config.get("schedule")), "epochs": training.get("epochs")}
    rate = training.get("lr")
    return replace(
        snapshot,
        base=() if rate is None else (float(rate),),
        settings={name: str(value) for name, value in said.items() if value is not None},
    )


def _spelled(schedule: Any) -> Any:
    """Return the text of a schedule as a checkpoint of ours spells it, if it calls no function."""
    if not isinstance(schedule, str) or "function" in schedule:
        return schedule
    with suppress(RampupError):
        return str(parse(schedule))
    return schedule


def _recorded(journal: Any, snapshot: Snapshot) -> Snapshot:
    updates = [event for event in events_of(journal) if isinstance(event, Update)]
    if not updates:
        return snapshot
    rates = updates[-1].rates or [updates[-1].used]
    return replace(snapshot, updates=updates[-1].k + 1, last=tuple(rates))
