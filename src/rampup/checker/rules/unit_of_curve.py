"""Part of RU201: a schedule that was seen to step in another unit than its length counts."""

from collections.abc import Iterator

from rampup.checker.facts import Curve
from rampup.checker.look import shown
from rampup.checker.rule import Found


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
    if curve.every == 1 < curve.epoch and curve.ends == epochs:
        return (
            f"{curve.kind} is stepped once per update, but its {steps} steps are the epochs of the "
            f"run, which has {curve.updates} updates"
        )
    if curve.every == curve.epoch > 1 and epochs < steps <= curve.updates < lasts:
        return (
            f"{curve.kind} is stepped once per epoch, but its {steps} steps are more than the "
            f"{epochs} epochs of the run, and no more than its {curve.updates} updates"
        )
    return ""
