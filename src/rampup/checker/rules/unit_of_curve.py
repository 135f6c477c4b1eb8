"""Part of RU201: a schedule that was seen to step in another unit than its length counts."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from rampup.checker.facts import Curve
from rampup.checker.look import shown
from rampup.checker.rule import Found

CYCLE: Final = ("epochs", "steps_per_epoch")
"""Settings whose product is a number of updates."""

NEAR: Final = 0.75
"""A length of at least this share of the run's updates was meant to be all of them."""

HALF: Final = 0.5
"""A warmup that comes no further than this share of its rate was to be over long before."""


def unit_of_curve(curve: Curve) -> Iterator[Found]:
    """Say that a schedule steps once per update and counts epochs, or the other way round."""
    message = other_unit(curve)
    if message:
        at = min(curve.ends or curve.warmup or 0, len(curve.rates) - 1)
        yield Found(
            place=curve.place,
            message=message,
            evidence=(shown(curve.rates, at, 0, every=curve.every),),
        )


def other_unit(curve: Curve) -> str:
    """Return in what unit a schedule is stepped and which it counts; empty where they agree."""
    lasts = curve.warmup if curve.ends is None else curve.ends
    if not curve.observed or not curve.epoch or not curve.updates or not lasts or curve.cyclic:
        return ""
    epochs, steps = -(-curve.updates // curve.epoch), lasts // curve.every
    lengths = [one for name, one in curve.settings.items() if name not in CYCLE]
    counts = {setting.counts for setting in lengths} - {""}
    if curve.every == 1 < curve.epoch and curve.ends == epochs and counts <= {"epochs"}:
        return (
            f"{curve.kind} is stepped once per update, but its {steps} steps are the epochs of the "
            f"run, which has {curve.updates} updates"
        )
    if curve.every != curve.epoch or curve.epoch == 1 or "epochs" in counts:
        return ""
    if epochs < steps and NEAR * curve.updates <= steps <= curve.updates:
        return (
            f"{curve.kind} is stepped once per epoch, but its {steps} steps are more than the "
            f"{epochs} epochs of the run, and no more than its {curve.updates} updates"
        )
    highest = float(curve.rates[: curve.updates, 0].max())
    rises = curve.ends is None and bool((np.diff(curve.rates[: curve.updates, 0]) >= 0).all())
    if rises and steps >= max(2 * epochs, curve.epoch) and highest < HALF * curve.base[0]:
        return (
            f"{curve.kind} is stepped once per epoch, but its {steps} steps are more than the "
            f"{epochs} epochs of the run: its highest rate is {highest:.4g} of {curve.base[0]:.4g}"
        )
    return ""
