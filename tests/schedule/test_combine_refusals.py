"""What cannot be meant of a schedule changed as a whole is refused; each message in full."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from tests.refused import refused

from rampup import Schedule, decay, exponential, from_points, hold, rise, steps, warmup

FALL = decay(over=4)
OUTSIDE = "a factor multiplies the peak rate and must lie between 0 and 1"
FINITE = "a factor must be a finite number ≥ 0"


def factors(schedule: Schedule, updates: int = 100, **run: object) -> list[float]:
    return schedule.plan(updates=updates, **run)(np.arange(updates)).tolist()


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "scaled": (lambda: FALL.scaled(-1), f"scaled -1: {FINITE}"),
    "scaled inf": (lambda: FALL.scaled(math.inf), f"scaled inf: {FINITE}"),
    "clamped nan": (lambda: FALL.clamped(math.nan, 1), f"clamped nan: {FINITE}"),
    "clamped": (lambda: FALL.clamped(0.5, 0.1), "clamped 0.5 0.1: the lower bound comes first"),
    "scaled beyond": (lambda: factors(hold().scaled(1e200).scaled(1e200)), (
        "the factors of '((hold) scaled 1e+200) scaled 1e+200' are larger than any float; "
        "multiply by less")),
    "product beyond": (lambda: factors(hold().scaled(1e200) * from_points([(0, 1e200)])), (
        "the factors of '(hold) scaled 1e+200 * points 0.0:1e+200 linear' are larger than any "
        "float; multiply by less")),
    "lifted": (lambda: hold().lifted(-1), f"lifted -1: {OUTSIDE}"),
    "cut": (lambda: hold().cut(0), "'hold' cut at 0up leaves nothing; keep some of it"),
    "faded": (lambda: hold().faded(at=5, over=5, to=2), f"faded to 2: {OUTSIDE}"),
    "faded by ratio": (lambda: hold().faded(at=5, over=5, shape="exponential"), (
        "faded to 0 cannot be exponential: no ratio leads from or to 0; "
        "write a small factor, such as to 0.001")),
    "rise falls": (lambda: factors(hold() >> rise(over=5, to=0.5)), (
        "'rise 5up linear to 0.5' would fall: it starts at factor 1; rise to at least 1")),
    "repeated": (lambda: FALL.repeated(0), "repeated 0: use a whole number ≥ 1"),
    "repeated half": (lambda: FALL.repeated(1.5), "repeated 1.5: use a whole number ≥ 1"),
    "repeated True": (lambda: FALL.repeated(True), "repeated True: use a whole number ≥ 1"),
    "repeated open": (lambda: factors(decay().repeated(2)), (
        "'decay linear to 0.0' takes what is left of the run and cannot be repeated; "
        "give each phase a length")),
    "repeated nothing": (lambda: factors(warmup(0).repeated(2)), (
        "'warmup 0up linear' lasts no update and cannot be repeated; give each phase a length")),
    "repeated too often": (lambda: factors(FALL.repeated(10**15)), (
        "the phases of '(decay 4up linear to 0.0) repeated 1000000000000000' add up to "
        "4000000000000000 updates, but the run has only 100; shorten a phase or lengthen the run")),
    "stretched open": (lambda: factors(decay().stretched(to=5)), (
        "'decay linear to 0.0' takes what is left of the run and cannot be stretched; "
        "give its open phase a length")),
    "within nothing": (lambda: decay().within(0), (
        "'decay linear to 0.0' within 0up: give it a length")),
    "stretched nothing": (lambda: factors(warmup(0).stretched(to=5)), (
        "'warmup 0up linear' lasts no update and cannot be stretched")),
    "squeezed": (lambda: factors((hold(9) >> hold(1)).stretched(to=4)), (
        "1up is 0.4 of an update on a run of 100 updates and rounds to none; "
        "make it longer, or write 0")),
    "cooldown": (lambda: hold().cooldown(at=5, over=0), (
        "cooldown over 0up does nothing; leave it out")),
    "cooldown to": (lambda: hold().cooldown(at=5, over=5, to=2), f"cooldown to 2: {OUTSIDE}"),
    "cooldown rises": (lambda: factors(FALL.cooldown(at=2, over=5, shape="linear", to=0.8)), (
        "'(decay 4up linear to 0.0) cooldown at 2up over 5up linear to 0.8' would rise: "
        "its factor there is 0.5; cool down to at most 0.5")),
    "cooldown by ratio": (lambda: hold().cooldown(at=5, over=5, shape="exponential"), (
        "cooldown to 0 cannot be exponential: no ratio leads from or to 0; "
        "write a small factor, such as to 0.001")),
    "rewarmed": (lambda: hold().rewarmed(at=5, over=0), (
        "a rewarm of no update does nothing; leave it out")),
    "rewarmed from": (lambda: hold().rewarmed(at=5, over=5, start=-0.1), (
        f"rewarmed from -0.1: {OUTSIDE}")),
    "rewarmed late": (lambda: factors(FALL.rewarmed(at=2, over=5)), (
        "'(decay 4up linear to 0.0) rewarmed at 2up over 5up linear from 0.0' is back on its "
        "curve after 7 updates, but lasts only 4; dip earlier or climb faster")),
    "stairs": (lambda: factors(exponential(0.5).per_epoch()), (
        "'(exponential 0.5) per epoch' changes once per epoch and needs updates_per_epoch; "
        "pass updates_per_epoch=…")),
    "late stairs": (lambda: factors(hold(3) >> steps([5]).per_epoch(), updates_per_epoch=5), (
        "'(steps at 5up gamma 0.1) per epoch' changes once per epoch but starts at update 3, "
        "which is no whole number of epochs of 5 updates; write its length in whole epochs")),
}  # fmt: skip


@pytest.mark.parametrize(("make", "text"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_meant_is_refused(make: Callable[[], object], text: str) -> None:
    assert refused(make) == text
