"""Facts of live schedulers and their optimizer: what they ask for, and how they are wired.

Nothing of them is touched: what is stepped is a copy that writes to an optimizer of no weights.
"""

import sys
from typing import Any, Final

import numpy as np

from rampup.checker.facts import Curve, Floats, Raised, Readings, Wiring
from rampup.checker.finding import Place
from rampup.checker.gather.asked import Asked, asked, settings
from rampup.checker.gather.play import index_of, kind_of, rates, rewind
from rampup.checker.gather.schedule import looked_at, of_plan
from rampup.checker.gather.standin import stood_in, undisturbed
from rampup.checker.gather.wired import aliased, updates_done, wired
from rampup.errors import CheckError

FEW: Final = 1000
"""Updates that are looked at where nobody says how long the run is, nor the schedule itself."""

Fact = Curve | Readings | Wiring


def facts(
    scheduler: Any,
    optimizer: Any = None,
    updates: int | None = None,
    updates_per_epoch: int | None = None,
) -> list[Fact]:
    """Return what live schedulers ask for and how they are wired, as facts.

    Args:
        scheduler: one of ours, torch's, transformers', timm's, accelerate's, or a warmup of
            pytorch_warmup; or a list of those that are stepped together on one optimizer.
        optimizer: the one that trains; None is the scheduler's own.
        updates: updates in the whole run, ≥ 1; None looks as far as the schedule says it goes.
        updates_per_epoch: ≥ 1; without it, the scheduler is taken to step once per update.

    Returns:
        A curve where one is known before the run: none of what waits for a metric, and several
        readings of one where it is open whether it steps once per update or once per epoch. And
        how it is wired.

    Raises:
        TypeError: it is no scheduler.
        CheckError: it cannot be copied or played.

    Example:
        >>> import torch
        >>> from rampup.checker.gather.live import facts
        >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0)
        >>> scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda k: min(1, k / 4))
        >>> curve, wiring = facts(scheduler, updates=6)
        >>> curve.rates.T
        array([[0.  , 0.25, 0.5 , 0.75, 1.  , 1.  , 1.  ]])
        >>> wiring.index
        0
    """
    several = list(scheduler) if isinstance(scheduler, list | tuple) else [scheduler]
    unwrapped = [_unwrapped(one) for one in several]
    schedulers, times = [one for one, _ in unwrapped], max(times for _, times in unwrapped)
    for one in schedulers:
        kind_of(one)
    if any(one.optimizer is not schedulers[0].optimizer for one in schedulers):
        raise CheckError(
            "could not check: the schedulers write to different optimizers; check one after the "
            "other"
        )
    with undisturbed():
        # a base rate that moves with the rate is none, and no curve follows from it
        if aliased(schedulers[0]):
            return [wired(schedulers, optimizer, [], updates, updates_per_epoch)]
        curves = _curves(schedulers, optimizer, updates, updates_per_epoch, times)
        wiring = wired(schedulers, optimizer, curves, updates, updates_per_epoch)
    told: list[Fact] = []
    if len(curves) > 1:
        told.append(Readings(curves=tuple(curves)))
    else:
        told.extend(curves)
    return [*told, wiring]


def _unwrapped(scheduler: Any) -> tuple[Any, int]:
    """Return the scheduler within accelerate's, and how often that steps it per update."""
    if type(scheduler).__name__ != "AcceleratedScheduler":
        return scheduler, 1
    if scheduler.split_batches or not scheduler.step_with_optimizer:
        return scheduler.scheduler, 1
    state = sys.modules["accelerate.state"].AcceleratorState._shared_state
    return scheduler.scheduler, int(state.get("num_processes", 1))


def _curves(
    schedulers: list[Any],
    optimizer: Any,
    updates: int | None,
    epoch: int | None,
    times: int,
) -> list[Curve]:
    played = [one for one in schedulers if kind_of(one) != "metric"]
    if not played:
        return []
    first = played[0]
    place = Place(key=" and ".join(type(one).__name__ for one in schedulers))
    if kind_of(first) == "clocked":
        return [_clocked(first, place)]
    said = _said(played)
    readings = _readings(played, said, optimizer or first.optimizer, updates, epoch, times)
    return [
        _curve(played, said, place, updates, epoch, times, every=every, observed=observed)
        for every, observed in readings
    ]


def _clocked(scheduler: Any, place: Place) -> Curve:
    """Return the curve of a RampupLR: its plan says all, in closed form."""
    (copy,), _ = stood_in([scheduler])
    curve = of_plan(copy.plan)
    n, bases = len(curve.rates), tuple(map(float, copy.base_lrs))
    found = np.array([copy.lr_at(k) for k in range(n)], dtype=np.float64).reshape(n, len(bases))
    return Curve(
        place=place,
        kind="Schedule",
        rates=found,
        base=bases,
        updates=curve.updates,
        ends=curve.ends,
        warmup=curve.warmup,
        joins=curve.joins,
        parts=curve.parts,
        cyclic=True,
        epoch=curve.epoch,
        observed=True,
    )


def _said(played: list[Any]) -> Asked:
    if len(played) == 1 and kind_of(played[0]) != "warmed":
        return asked(played[0])
    parts = tuple(type(one).__name__ for one in played)
    # of several together, as of a product, nothing says how high they should go
    return Asked(peak=(), parts=parts, cyclic=True)


def _readings(
    played: list[Any],
    said: Asked,
    optimizer: Any,
    updates: int | None,
    epoch: int | None,
    times: int,
) -> list[tuple[int, bool]]:
    """Return after how many updates each step may come, and whether that was seen."""
    first = played[0]
    if said.per_epoch:
        if epoch is None and updates is not None:
            raise CheckError(
                f"could not check {type(first).__name__}: it counts epochs, and nobody said how "
                "many updates one has; pass updates_per_epoch=…"
            )
        return [(epoch or 1, True)]
    if kind_of(first) == "warmed" or said.per_epoch is False:
        return [(1, True)]
    done, index = updates_done(optimizer), index_of(first)
    if done is not None and done > 1 and index:
        if index == done * times:
            return [(1, True)]
        if epoch is not None and epoch > 1 and index == done // epoch:
            return [(epoch, True)]
    if epoch is not None and epoch > 1:
        return [(1, False), (epoch, False)]
    return [(1, False)]


def _curve(
    played: list[Any],
    said: Asked,
    place: Place,
    updates: int | None,
    epoch: int | None,
    times: int,
    *,
    every: int,
    observed: bool,
) -> Curve:
    def counted(steps: int) -> int:
        return -(-steps * every // times)

    planned = updates
    if planned is None:
        planned = FEW if said.ends is None or said.ends > FEW * FEW else counted(said.ends)
    copies, standin = stood_in(played)
    bases = tuple(float(g.get("initial_lr", g["lr"])) for g in standin.param_groups)
    rewind(copies, standin)
    n = looked_at(max(planned, 1), place.key)
    found, raised = rates(copies, standin, n, every=every, times=times)
    return Curve(
        place=place,
        kind=type(played[0]).__name__,
        rates=found,
        base=bases,
        peak=bases if said.peak is None else said.peak,
        floor=() if said.floor is None else (said.floor,) * len(bases),
        updates=updates,
        ends=None if said.ends is None else counted(said.ends),
        warmup=None if said.warmup is None else counted(said.warmup),
        joins=tuple(map(counted, said.joins)),
        parts=said.parts,
        settings=settings(said.settings),
        cyclic=said.cyclic,
        factor=_factor(played, found, bases, raised),
        raised=raised,
        every=every,
        epoch=epoch,
        observed=observed,
    )


def _factor(
    played: list[Any], found: Floats, bases: tuple[float, ...], raised: Raised | None
) -> float | None:
    """Return the largest factor of a LambdaLR."""
    shown = found[: raised.at] if raised else found
    if len(played) > 1 or type(played[0]).__name__ != "LambdaLR" or not all(bases):
        return None
    return float(np.max(shown / np.array(bases)))
