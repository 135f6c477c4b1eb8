"""What cannot be meant on a run is refused when the plan is made, with the numbers."""

import numpy as np
import pytest

from rampup import Schedule, decay, hold, warmup
from rampup.errors import ScheduleError, UnitError

SHORTER_WARMUP = "shorten the warmup or lengthen the run"
SHORTER_PHASE = "shorten a phase or lengthen the run"
WHOLE = "update indices must be whole numbers, not"
NO_LENGTH = "have no length; only one can take what the others leave, give the rest a length"
RUN = {"updates": 100, "updates_per_epoch": 10}


@pytest.mark.parametrize(
    ("schedule", "text"),
    [
        (
            warmup(100),
            (
                "the warmup of 'warmup 100up linear' lasts 100 updates, "
                f"but the run has only 100; {SHORTER_WARMUP}"
            ),
        ),
        (
            warmup("12ep") >> decay(),
            (
                "the warmup of 'warmup 12ep linear >> decay linear to 0.0' lasts 120 updates, "
                f"but the run has only 100; {SHORTER_WARMUP}"
            ),
        ),
        (
            warmup(50) >> hold(20) >> decay(over="31%"),
            (
                "the phases of 'warmup 50up linear >> hold 20up >> decay 31% linear to 0.0' add up "
                f"to 101 updates, but the run has only 100; {SHORTER_PHASE}"
            ),
        ),
        (
            warmup(5) >> hold() >> decay(),
            f"2 phases of 'warmup 5up linear >> hold >> decay linear to 0.0' {NO_LENGTH}",
        ),
        (
            decay("cosine", over=5, to=0.1) >> decay(to=0.5),
            "'decay linear to 0.5' would rise: it starts at factor 0.1; decay to at most 0.1",
        ),
        (
            warmup(50) >> hold(50) >> decay("cosine"),
            "no update of the run is left for 'decay cosine to 0.0'; shorten the phases before it",
        ),
        (
            warmup(15).per_epoch(),
            (
                "'warmup 15up linear per epoch' changes once per epoch but lasts 15 updates, which "
                "is no whole number of epochs of 10 updates; write its length in whole epochs"
            ),
        ),
        (
            hold(5) >> warmup("2ep").per_epoch(),
            (
                "'warmup 2ep linear per epoch' changes once per epoch but starts at update 5, "
                "which is no whole number of epochs of 10 updates; write its length in whole epochs"
            ),
        ),
    ],
    ids=str,
)
def test_a_schedule_that_does_not_fit_is_refused(schedule: Schedule, text: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        schedule.plan(**RUN)

    assert text == str(caught.value)


def test_a_staircase_needs_to_know_the_epoch() -> None:
    with pytest.raises(ScheduleError) as caught:
        warmup(20).per_epoch().plan(updates=100)

    expected = (
        "'warmup 20up linear per epoch' changes once per epoch and needs updates_per_epoch; "
        "pass updates_per_epoch=…"
    )
    assert expected == str(caught.value)


def test_a_length_needs_its_number() -> None:
    with pytest.raises(UnitError) as caught:
        warmup("5ep").plan(updates=100)

    expected = (
        "5ep cannot be converted to updates without updates_per_epoch; pass updates_per_epoch=…"
    )
    assert expected == str(caught.value)


@pytest.mark.parametrize(
    ("k", "text"),
    [
        (-1, "update -1 does not exist; the first update is 0"),
        (1.0, "an update index must be a whole number, not 1.0; pass 0, 1, 2 …"),
        (None, "an update index must be a whole number, not None; pass 0, 1, 2 …"),
        ([0, 1], "an update index must be a whole number, not [0, 1]; pass 0, 1, 2 …"),
        (np.array([3, -2]), "update -2 does not exist; the first update is 0"),
        (np.array([0.5]), f"{WHOLE} float64; use np.arange(updates)"),
        (np.array([True]), f"{WHOLE} bool; use np.arange(updates)"),
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_update_is_refused(k: object, text: str) -> None:
    plan = warmup(5).plan(**RUN)

    with pytest.raises(ScheduleError) as caught:
        plan(k)

    assert text == str(caught.value)
