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
    if now is None or not saved.optimizer:
        return False
    return not saved.updates or bool(now.updates and now.updates >= saved.updates)


def rates(resume: Resume) -> tuple[Rates | Pair, ...]:
    """Return the rates that come on both sides, as evidence."""
    now, saved = resume.now, resume.saved
    found: list[Rates | Pair] = []
    for name, side in (("without the break", saved), ("now", now)):
        if side is not None and side.ahead is not None:
            first = side.index or 0
            values = tuple(map(float, side.ahead[:SHOWN, 0]))
            found.append(Rates(name=name, first=first, values=values))
        elif side is not None and side.next:
            found.append(Rates(name=name, first=side.index or 0, values=side.next[:1]))
    return tuple(found)


def coming(resume: Resume) -> str:
    """Return what rates come, as the end of a sentence."""
    now, saved = resume.now, resume.saved
    assert now is not None
    new, old = _first(now), _first(saved)
    if new is None or old is None:
        return ""
    text = f"the next rate is {new:.4g} instead of {old:.4g}"
    if now.ahead is not None and saved.ahead is not None:
        highest = float(np.nanmax(now.ahead[:, 0])), float(np.nanmax(saved.ahead[:, 0]))
        if highest[0] > highest[1] * (1 + SAME):
            text += f", and the highest to come {highest[0]:.4g} instead of {highest[1]:.4g}"
        elif _same(np.array([new]), np.array([old])):
            apart = ~np.isclose(now.ahead[:, 0], saved.ahead[:, 0], rtol=SAME, atol=0.0)
            at = int(np.flatnonzero(apart)[0]) if apart.any() else 0
            text = (
                f"in {at} updates the rate is {now.ahead[at, 0]:.4g} "
                f"instead of {saved.ahead[at, 0]:.4g}"
            )
    return text


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
