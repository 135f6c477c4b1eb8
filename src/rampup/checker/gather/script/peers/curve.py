"""`curve`: what a peer asks for, one step after each update.

Not here: the loop of the script, which may step otherwise.
"""

from collections.abc import Mapping
from copy import deepcopy

import numpy as np

from rampup.checker.facts import Curve, Raised, Setting
from rampup.checker.finding import Place
from rampup.checker.gather.script.peers.composed import ChainedScheduler, SequentialLR
from rampup.checker.gather.script.peers.peer import Peer, PeerError
from rampup.checker.gather.script.peers.plateau import ReduceLROnPlateau
from rampup.checker.gather.script.peers.timm import Scheduler
from rampup.checker.gather.script.peers.timm_drops import PlateauLRScheduler


def fork(peer: Peer) -> Peer:
    """Return a copy on groups of its own, which steps without touching the script's.

    Functions, and what a group holds besides numbers, are shared.
    """
    groups = peer.optimizer.groups
    shared = [value for group in groups for value in group.values()]
    shared += [*_functions(peer), peer.optimizer.defaults]
    return deepcopy(peer, {id(value): value for value in shared})


def curve(
    peer: Peer,
    updates: int,
    *,
    place: Place,
    settings: Mapping[str, Setting] | None = None,
    planned: int | None = None,
) -> Curve | None:
    """Return what a freshly built peer asks for; None where a metric decides.

    Args:
        peer: it and its groups are left alone.
        updates: how many are evaluated, ≥ 1.
        place: where it is built.
        settings: what it was built with.
        planned: updates of the run, where they are known.

    Example:
        >>> from rampup.checker.gather.script.peers import build
        >>> peer = build("torch.optim.lr_scheduler.ExponentialLR", [{"lr": 1.0}], {"gamma": 0.5})
        >>> curve(peer, 3, place=Place()).rates.tolist()
        [[1.0], [0.5], [0.25]]
    """
    if isinstance(peer, ReduceLROnPlateau | PlateauLRScheduler):
        return None
    asked, kind = peer.asked, peer.kind
    peer = fork(peer)
    rates = np.full((updates, len(peer.optimizer.groups)), np.nan)
    raised = None
    for k in range(updates):
        try:
            if k:
                _step(peer, k)
            rates[k] = peer.optimizer.rates
        except PeerError as error:
            raised = Raised(at=k, text=str(error))
            break
    return Curve(
        place=place,
        kind=kind,
        rates=rates,
        base=peer.given,
        peak=asked.peak,
        floor=asked.floor,
        updates=planned,
        ends=asked.ends,
        warmup=asked.warmup,
        joins=asked.joins,
        parts=asked.parts,
        settings=settings or {},
        cyclic=asked.cyclic,
        factor=peer.factor,
        raised=raised,
    )


def _step(peer: Peer, time: int) -> None:
    if not isinstance(peer, Scheduler):
        peer.step()
    elif peer.t_in_epochs:
        peer.step(time)
    else:
        peer.step_update(time)


def _functions(peer: Peer) -> list[object]:
    if isinstance(peer, SequentialLR | ChainedScheduler):
        return [function for part in peer.parts for function in _functions(part)]
    return [*peer.functions]
