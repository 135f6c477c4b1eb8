"""What a schedule of ours asks for, as facts."""

import numpy as np
import pytest

from rampup import decay, hold, warmup
from rampup.checker.gather.schedule import MOST, facts
from rampup.errors import CheckError, ParseError, UnitError


def test_a_curve_covers_the_run_and_a_tenth_more() -> None:
    (curve,) = facts(warmup(4) >> decay("linear"), updates=15)

    assert curve.rates.shape == (17, 1)
    assert np.allclose(curve.rates[:5, 0], [0.25, 0.5, 0.75, 1, 1])
    assert (curve.updates, curve.ends, curve.warmup, curve.joins) == (15, 15, 4, (4,))
    assert curve.parts == ("warmup 4up linear", "decay linear to 0.0")
    assert curve.place.key == "warmup 4up linear >> decay linear to 0.0"


def test_text_and_plans_give_the_same_curve() -> None:
    text = "warmup 2ep >> hold"
    (said,) = facts(text, updates=30, updates_per_epoch=3)
    (planned,) = facts((warmup("2ep") >> hold()).plan(updates=30, updates_per_epoch=3))

    assert (said.rates == planned.rates).all()
    assert (said.epoch, said.warmup) == (planned.epoch, planned.warmup) == (3, 6)


def test_a_schedule_that_the_run_is_too_short_for_is_a_curve_of_no_update() -> None:
    (curve,) = facts("warmup 100up >> decay", updates=6)

    assert curve.rates.shape == (0, 1)
    assert curve.raised is not None
    assert curve.raised.text.startswith("the warmup of 'warmup 100up linear >> decay linear")


def test_a_run_of_unknown_length_could_not_be_checked() -> None:
    with pytest.raises(CheckError) as refusal:
        facts("warmup 4up >> hold")
    assert str(refusal.value) == (
        "could not check 'warmup 4up linear >> hold': nobody said how long the run is; "
        "pass updates=…"
    )


def test_a_run_that_is_too_long_could_not_be_checked() -> None:
    with pytest.raises(CheckError) as refusal:
        facts("hold", updates=MOST + 1)
    assert str(refusal.value) == (
        "could not check 'hold': a run of 10,000,001 updates is more than the 10,000,000 that can "
        "be looked at; pass a shorter one"
    )


def test_what_cannot_be_read_or_converted_is_refused_as_ever() -> None:
    with pytest.raises(ParseError):
        facts("warmpu 4up", updates=10)
    with pytest.raises(UnitError):
        facts("warmup 1ep >> hold", updates=10)
