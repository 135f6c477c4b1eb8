"""What the rules of a resume share: whether the rates go on as they would have.

Not here: why they do not (the rules).
"""

from typing import Final

import numpy as np

from rampup.checker.facts import Floats, Resume, Snapshot
from rampup.checker.finding import Pair, Rates

SAME: Final = 1e-5
"""Rates closer than this, relatively, go on as they were."""

SHOWN: Final = 5


def goes_on(resume: Resume) -> bool | None:
    """Return whether the run uses the rates that it would have used; None where nobody knows."""
    now, saved = resume.now, resume.saved
    if now is None:
        return None
    if now.ahead is not None and saved.ahead is not None:
        count = min(len(now.ahead), len(saved.ahead))
        if now.ahead.shape[1:] != saved.ahead.shape[1:]:
            return None
        return _same(now.ahead[:count], saved.ahead[:count])
    if now.next and len(now.next) == len(saved.next):
        return None if _same(np.array(now.next), np.array(saved.next)) else False
    return None


def restored(resume: Resume) -> bool:
    """Return whether the optimizer goes on with the state it had, as far as that can be told."""
    now, saved = resume.now, resume.saved
    if now is None or not saved.optimizer or not now.optimizer:
        return False
    if not saved.updates:  # plain SGD counts nothing: live objects are there to go on with
        return now.ahead is not None
    return bool(now.updates and now.updates >= saved.updates)


def rates(resume: Resume) -> tuple[Rates | Pair, ...]:
    """Return the rates that come on both sides, as evidence."""
    now, saved = resume.now, resume.saved
    found: list[Rates | Pair] = []
    for name, side in (("without the break", saved), ("now", now)):
        if side is None:
            continue
        first = side.updates or 0 if side.index is None else side.index
        if side.ahead is not None:
            values = tuple(map(float, side.ahead[:SHOWN, 0]))
            found.append(Rates(name=name, first=first, values=values))
        elif side.next:
            found.append(Rates(name=name, first=first, values=side.next[:1]))
    return tuple(found)


def coming(resume: Resume) -> str:
    """Return what rates come, as the end of a sentence."""
    now, saved = resume.now, resume.saved
    assert now is not None
    new, old = _first(now), _first(saved)
    if new is None or old is None:
        return ""
    said = []
    if not _same(np.array([new]), np.array([old])):
        said.append(f"the next rate is {new:.4g} instead of {old:.4g}")
    if now.ahead is not None and saved.ahead is not None:
        ours, theirs = now.ahead[:, 0], saved.ahead[:, 0]
        highest = float(np.nanmax(ours)), float(np.nanmax(theirs))
        if highest[0] > highest[1] * (1 + SAME):
            said.append(f"the highest to come is {highest[0]:.4g} instead of {highest[1]:.4g}")
        count = min(len(ours), len(theirs))
        apart = np.flatnonzero(~np.isclose(ours[:count], theirs[:count], rtol=SAME, atol=0.0))
        if not said and len(apart):
            at = int(apart[0])
            said.append(f"in {at} updates the rate is {ours[at]:.4g} instead of {theirs[at]:.4g}")
    return ", and ".join(said)


def moved(now: Snapshot, saved: Snapshot) -> int:
    """Return how many updates were made since the checkpoint, where both sides say it."""
    if now.updates is None or saved.updates is None:
        return 0
    return max(0, now.updates - saved.updates)


def _first(side: Snapshot) -> float | None:
    if side.ahead is not None and len(side.ahead):
        return float(side.ahead[0, 0])
    return side.next[0] if side.next else None


def _same(one: Floats, other: Floats) -> bool:
    return bool(np.allclose(one, other, rtol=SAME, atol=1e-12, equal_nan=True))
