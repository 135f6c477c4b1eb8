"""The builders: what their arguments become, and what they refuse."""

from collections.abc import Callable

import pytest

from rampup import Length, Schedule, decay, hold, warmup
from rampup.errors import ScheduleError, UnitError
from rampup.schedule.ramp import Ramp

OUTSIDE = "a factor multiplies the peak rate and must lie between 0 and 1"


@pytest.mark.parametrize(
    ("schedule", "phase"),
    [
        (
            warmup(500),
            Ramp(verb="warmup", over=Length(500), start=0.0, end=1.0, anchor="end"),
        ),
        (
            warmup("5ep", "sqrt", start=0.1, anchor="ends"),
            Ramp(
                verb="warmup",
                over=Length(5, "ep"),
                shape="sqrt",
                start=0.1,
                end=1.0,
                anchor="ends",
            ),
        ),
        (hold(), Ramp(verb="hold")),
        (hold("10%"), Ramp(verb="hold", over=Length(10, "%"))),
        (decay(), Ramp(verb="decay", end=0.0)),
        (
            decay("1-sqrt", over=Length(20, "%"), to=0.1, anchor="middle"),
            Ramp(verb="decay", over=Length(20, "%"), shape="1-sqrt", end=0.1, anchor="middle"),
        ),
    ],
)
def test_a_builder_returns_one_phase(schedule: Schedule, phase: Ramp) -> None:
    assert (phase,) == schedule.phases


@pytest.mark.parametrize(
    ("build", "error", "text"),
    [
        (
            lambda: warmup(None),
            ScheduleError,
            "a warmup needs a length; write warmup('5ep') or warmup(500)",
        ),
        (
            lambda: warmup(0.05),
            UnitError,
            "the bare number 0.05 is no length; write '0.05ep', '5%' or a whole number of updates",
        ),
        (
            lambda: warmup(-5),
            UnitError,
            "a length of -5 updates cannot be meant; use a number ≥ 0",
        ),
        (lambda: warmup(5, start=2), ScheduleError, f"warmup from 2: {OUTSIDE}"),
        (
            lambda: warmup(5, start=None),
            ScheduleError,
            "warmup from None: a factor must be a number",
        ),
        (
            lambda: warmup(5, "cosin"),
            ScheduleError,
            "shape 'cosin' is unknown; did you mean 'cosine'?",
        ),
        (
            lambda: warmup(5, anchor="begin"),
            ScheduleError,
            "anchor 'begin' of a warmup is unknown; use one of 'start', 'end', 'middle', 'ends'",
        ),
        (lambda: hold(0), ScheduleError, "a hold of no update does nothing; leave it out"),
        (
            lambda: decay(over="0%"),
            ScheduleError,
            "a decay of no update does nothing; leave it out",
        ),
        (lambda: decay(to=-0.5), ScheduleError, f"decay to -0.5: {OUTSIDE}"),
        (lambda: decay(to=float("nan")), ScheduleError, f"decay to nan: {OUTSIDE}"),
        (lambda: decay(to=None), ScheduleError, "decay to None: a factor must be a number"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    build: Callable[[], Schedule], error: type[ValueError], text: str
) -> None:
    with pytest.raises(error) as caught:
        build()

    assert text == str(caught.value)
