"""A script that saves states and goes on from them itself, as facts of a resume.

Both sides are stepped on by the emulations: the saved one as if it had never been broken, the
other as it stands before its first update.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from rampup.checker.facts import Floats, Resume, Snapshot
from rampup.checker.gather.script import peers
from rampup.checker.gather.script.native import Unsettled
from rampup.checker.gather.script.values import Raised

if TYPE_CHECKING:
    from rampup.checker.gather.script.optimizers import Optimizer
    from rampup.checker.gather.script.schedulers import Scheduler
    from rampup.checker.gather.script.states import StateOf
    from rampup.checker.gather.script.walking import Walk

AHEAD = 50
"""Steps for which the two sides are compared."""


def note(walk: "Walk", optimizer: "Optimizer") -> None:
    """Note that an optimizer makes its first update, if it goes on from the state of another."""
    writer: Scheduler | None = optimizer.writer
    if writer is None or not isinstance(writer.peer, peers.Peer):
        return
    state = optimizer.loaded or writer.loaded
    if state is None or state.writer is None or not state.updates:
        return
    if writer.loaded is None and _settings(state.writer) != _settings(writer):
        return  # another schedule is begun on purpose
    unbroken = _unbroken(state)
    going = _rates(peers.fork(writer.peer))
    if unbroken is None or going is None or unbroken.shape[1] != going.shape[1]:
        return
    saved = Snapshot(
        place=state.of.place,
        optimizer=True,
        scheduler=True,
        updates=state.updates,
        index=state.index,
        next=tuple(unbroken[0]),
        base=_bases(state.groups),
        kind=state.writer.text,
        settings=_settings(state.writer),
        ahead=unbroken,
    )
    now = Snapshot(
        place=writer.place,
        optimizer=True,
        scheduler=True,
        updates=optimizer.made if optimizer.loaded else state.updates,
        index=writer.index,
        next=tuple(going[0]),
        base=_bases(optimizer.groups),
        kind=writer.text,
        settings=_settings(writer),
        ahead=going,
        seeded=writer.settings.get("last_epoch") is not None,
    )
    walk.resumes.append(Resume(saved=saved, now=now))


def _unbroken(state: "StateOf") -> Floats | None:
    """Return the rates to come if the run had gone on."""
    writer = state.writer
    if writer is None or writer.recipe is None or state.state is None:
        return None
    groups = [{**group, "lr": group.get("initial_lr", group["lr"])} for group in state.groups]
    for group in groups:
        group.pop("initial_lr", None)
    try:
        peer = writer.recipe.afresh().build(groups)
        if not isinstance(peer, peers.Peer):
            return None
        peer.load(state.state)
        peers.load_groups(groups, state.groups)
    except (peers.PeerError, Unsettled, Raised):
        return None
    return _rates(peer)


def _rates(peer: peers.Peer) -> Floats | None:
    """Return the rates that a peer gives from where it stands; NaN behind its end."""
    rates = np.full((AHEAD, len(peer.optimizer.groups)), np.nan)
    try:
        for k in range(AHEAD):
            rates[k] = peer.optimizer.rates
            peer.step()
    except (peers.PeerError, Unsettled, Raised, NotImplementedError):
        if k < 1:
            return None
    return None if np.isnan(rates[0]).any() else rates


def _bases(groups: Iterable[Mapping[str, object]]) -> tuple[float, ...]:
    bases = [group.get("initial_lr") for group in groups]
    return tuple(one for one in bases if isinstance(one, float))


def _settings(writer: "Scheduler") -> dict[str, str]:
    return {
        "class": writer.text,
        **{
            name: f"{one:g}"
            for name, one in (writer.recipe.arguments if writer.recipe else {}).items()
            if isinstance(one, int | float) and name != "last_epoch"
        },
    }
