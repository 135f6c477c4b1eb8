"""How live schedulers hang on their optimizer: whose groups, which rates, whose hand on them."""

import copy
import gc
import pickle
from typing import Any

import numpy as np
import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, ReduceLROnPlateau

from rampup.checker.facts import Curve, Group, Saving, Wiring
from rampup.checker.finding import Place
from rampup.checker.gather.asked import asked
from rampup.checker.gather.play import MEANT, index_of, is_known, kind_of, rates, rewind
from rampup.checker.gather.standin import stood_in

SOON = 1000
"""Steps up to which a scheduler is saved and loaded again."""


def wired(
    schedulers: list[Any],
    optimizer: Any,
    curves: list[Curve],
    updates: int | None,
    epoch: int | None,
) -> Wiring:
    """Return how schedulers of one optimizer are wired.

    Args:
        schedulers: what is stepped together.
        optimizer: the one that trains; None is the schedulers' own.
        curves: what they ask for, under each reading.
        updates: updates in the whole run.
        epoch: updates of an epoch.
    """
    first = schedulers[0]
    own = inner(first.optimizer)
    trains = own if optimizer is None else inner(optimizer)
    done, index = updates_done(trains), index_of(first)
    groups = {id(group) for group in trains.param_groups}
    bound = own is trains or any(id(group) in groups for group in own.param_groups)
    return Wiring(
        place=Place(key=" and ".join(type(one).__name__ for one in schedulers)),
        kind=type(first).__name__,
        bound=bound,
        optimizers=(type(own).__name__, type(trains).__name__),
        groups=_groups(schedulers, trains) if bound else (),
        index=index,
        updates=first.clock.updates if kind_of(first) in ("clocked", "warmed") else done,
        writers=tuple(type(one).__name__ for one in schedulers),
        aliased=aliased(first),
        metric_in_warmup=_metric_in_warmup(schedulers, epoch),
        saving=_saving(first),
        overdue=_overdue(first, index, done, curves, updates, epoch),
        captured=_captured(first),
        seeded=seeded(first),
        dampened=any(kind_of(one) == "dampening" for one in schedulers),
    )


def inner(optimizer: Any) -> Any:
    """Return the optimizer itself, where a trainer wrapped it."""
    while isinstance(getattr(optimizer, "optimizer", None), Optimizer):
        optimizer = optimizer.optimizer
    return optimizer


def updates_done(optimizer: Any) -> int | None:
    """Return how many updates an optimizer has made, where its state counts them."""
    state = inner(optimizer).state
    steps = [one["step"] for one in state.values() if isinstance(one, dict) and "step" in one]
    return max(map(int, steps)) if steps else None


def seeded(scheduler: Any) -> bool:
    """Return whether the index of a scheduler was given by `last_epoch=`."""
    parts = getattr(scheduler, "_schedulers", ())
    at = getattr(scheduler, "last_epoch", None)
    if parts:
        counts = [getattr(part, "_step_count", 0) for part in parts]
        return any(map(seeded, parts)) or (at is not None and at > 0 and max(counts) == 1)
    count = getattr(scheduler, "_step_count", 0)
    if not isinstance(at, int) or not count or hasattr(scheduler, "lr_at"):
        return False
    return bool(at > count - 1)


def _groups(schedulers: list[Any], trains: Any) -> tuple[Group, ...]:
    first = schedulers[0]
    bases = _bases(first)
    expected = _expected(schedulers, trains)
    return tuple(
        Group(
            rate=float(group["lr"]),
            base=float(group.get("initial_lr", group["lr"]))
            if bases is None
            else float(bases[at])
            if at < len(bases)
            else None,
            expected=expected[at] if at < len(expected) else None,
        )
        for at, group in enumerate(trains.param_groups)
    )


def _bases(scheduler: Any) -> list[Any] | None:
    """Return the base rates that a scheduler holds; None where it takes groups as they come."""
    if kind_of(scheduler) == "timm":
        return list(scheduler.base_values)
    if kind_of(scheduler) != "torch":
        return None
    for one in (scheduler, *getattr(scheduler, "_schedulers", ())):
        if hasattr(one, "base_lrs"):
            return list(one.base_lrs)
    return None


def _expected(schedulers: list[Any], trains: Any) -> list[float]:
    """Return the rates that a scheduler of torch's own would give now; nothing for others."""
    first = schedulers[0]
    index = index_of(first)
    alone = (
        len(schedulers) == 1
        and not aliased(first)
        and kind_of(first) == "torch"
        and is_known(first)
    )
    if not alone or index is None or index > 10 * SOON:
        return []
    bases = _bases(first)
    if bases is not None and len(bases) != len(trains.param_groups):
        return []
    copies, standin = stood_in([first])
    rewind(copies, standin)
    found, raised = rates(copies, standin, index + 1)
    now = [float(group["lr"]) for group in trains.param_groups]
    if raised or (not np.allclose(found[index], now, rtol=1e-6) and _others_act(trains, first)):
        return []
    return [float(rate) for rate in found[index]]


def _others_act(optimizer: Any, scheduler: Any) -> bool:
    """Return whether something else may write these rates on purpose: a plateau, a dampening."""
    holders = gc.get_referrers(optimizer)
    owners = [*holders, *gc.get_referrers(*(one for one in holders if type(one) is dict))]
    return any(
        isinstance(one, ReduceLROnPlateau) or hasattr(type(one), "dampening")
        for one in owners
        if one is not scheduler and not isinstance(one, type)
    )


def aliased(scheduler: Any) -> tuple[int, ...]:
    """Return the groups whose rate and base rate are one tensor."""

    def shares(one: Any, other: Any) -> bool:
        both = isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor)
        return both and one.data_ptr() == other.data_ptr()

    if kind_of(scheduler) == "clocked":  # it keeps its base rates as numbers
        return ()
    bases = _bases(scheduler) or []
    return tuple(
        at
        for at, group in enumerate(scheduler.optimizer.param_groups)
        if shares(group["lr"], group.get("initial_lr"))
        or any(shares(group["lr"], base) for base in bases[at : at + 1])
    )


def _metric_in_warmup(schedulers: list[Any], epoch: int | None) -> bool:
    waits = [one for one in schedulers if isinstance(one, ReduceLROnPlateau)]
    warmups = [asked(one).warmup or 0 for one in schedulers if kind_of(one) == "torch"]
    if not waits or not warmups or epoch is None:
        return False
    return (waits[0].patience + 1) * epoch < max(warmups)


def _overdue(
    scheduler: Any,
    index: int | None,
    done: int | None,
    curves: list[Curve],
    updates: int | None,
    epoch: int | None,
) -> bool:
    if index != 0 or done is None or kind_of(scheduler) != "torch" or not curves:
        return False
    # whoever steps once per epoch has nothing to do before the end of the first one
    if not (done > epoch if epoch is not None else updates is not None and done >= updates > 1):
        return False
    at = [min(done, len(curve.rates)) for curve in curves]
    return all(
        not np.allclose(c.rates[:n], c.rates[0], rtol=1e-6) for c, n in zip(curves, at, strict=True)
    )


def _captured(scheduler: Any) -> bool:
    """Return whether functions made in one loop all read its variable, which has its last value."""
    functions = list(getattr(scheduler, "lr_lambdas", ()))
    if len({id(one) for one in functions}) < 2 or not isinstance(scheduler, LambdaLR):
        return False
    if len({getattr(one, "__code__", one) for one in functions}) > 1:
        return False
    cells = [{id(cell) for cell in one.__closure__ or ()} for one in functions]
    shared = set.intersection(*cells)
    return bool(shared) and all(one == shared for one in cells)


def _saving(scheduler: Any) -> Saving:
    """Return what saving a scheduler and loading it into a copy of its start does."""
    if kind_of(scheduler) != "torch" or index_of(scheduler) is None:
        return Saving()
    try:
        state = scheduler.state_dict()
        pickle.dumps(state)
    except Exception as error:
        return Saving(error=f"{type(error).__name__}: {error}")
    functions = state.get("lr_lambdas") or ()
    lost = tuple(f"lr_lambdas[{at}]" for at, one in enumerate(functions) if one is None)
    return Saving(lost=lost, differs_at=_differs_at(scheduler))


def _differs_at(scheduler: Any) -> int | None:
    if not is_known(scheduler):
        return None
    (saved,), theirs = stood_in([scheduler])
    rewind([saved], theirs)
    (loaded,), ours = stood_in([scheduler])
    rewind([loaded], ours)
    try:
        for _ in range(10):
            saved.step()
        loaded.load_state_dict(copy.deepcopy(saved.state_dict()))
        for mine, its in zip(ours.param_groups, theirs.param_groups, strict=True):
            mine.update({key: copy.deepcopy(v) for key, v in its.items() if key != "params"})
        for at in range(10, 110):
            both = [[float(g["lr"]) for g in one.param_groups] for one in (ours, theirs)]
            if both[0] != both[1]:
                return at
            saved.step()
            loaded.step()
    except MEANT:
        return None
    return None
