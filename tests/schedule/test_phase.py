"""What a phase refuses, how schedules join, and what their transformations keep."""

import json

import numpy as np
import pytest
from hypothesis import given
from tests.strategies import phases, plans

from rampup import Plan, Schedule, decay, exponential, hold, steps, warmup
from rampup.errors import ParseError, ScheduleError
from rampup.schedule.ramp import Ramp

OUTSIDE = "a factor multiplies the peak rate and must lie between 0 and 1"


@given(phases(), phases(), phases())
def test_joining_is_associative(a: Schedule, b: Schedule, c: Schedule) -> None:
    assert (a >> b) >> c == a >> (b >> c)
    assert (a >> b).phases == a.phases + b.phases


def test_only_a_schedule_can_follow() -> None:
    with pytest.raises(TypeError):
        warmup(5) >> "decay"


@given(plans())
def test_without_warmup_differs_inside_warmups_only(plan: Plan) -> None:
    """The baseline uses the peak where the warmup was, and the same bits everywhere else."""
    horizon = plan.horizon
    bare = Plan(plan.schedule.without_warmup(), horizon)
    k = np.arange(horizon.updates + 10)
    warm = np.zeros(k.shape, dtype=bool)
    for segment in plan.curves:
        if segment.phase.verb == "warmup":
            warm[segment.first : segment.first + segment.updates] = True

    assert plan(k)[~warm].tolist() == bare(k)[~warm].tolist()
    assert [1.0] * int(warm.sum()) == bare(k)[warm].tolist()
    assert not bare.schedule.has_warmup
    assert warm.any() == plan.schedule.has_warmup


@pytest.mark.parametrize("nothing", [0, "0ep", "0%"])
def test_a_warmup_of_nothing_is_no_warmup(nothing: int | str) -> None:
    """Its baseline is itself: it must not turn into a hold that takes the rest of the run."""
    schedule = decay(over=5, to=0.5) >> warmup(nothing) >> hold(5) >> decay()
    bare = schedule.without_warmup()
    run = {"updates": 40, "updates_per_epoch": 10}
    k = np.arange(50)

    assert not schedule.has_warmup
    assert schedule.plan(**run)(k).tolist() == bare.plan(**run)(k).tolist()
    assert bare.plan(**run)(5) == 1.0


def test_per_epoch_marks_every_curve_and_no_hold() -> None:
    staircase = (warmup("5ep") >> hold("2ep") >> decay()).per_epoch()

    assert [phase.staircase for phase in staircase.phases] == [True, False, True]


def test_a_schedule_needs_a_phase() -> None:
    with pytest.raises(ScheduleError) as caught:
        Schedule(())

    assert str(caught.value) == "a schedule needs at least one phase; start with warmup(…)"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"start": -0.1}, f"hold from -0.1: {OUTSIDE}"),
        ({"start": 1.5}, f"hold from 1.5: {OUTSIDE}"),
        ({"end": float("nan")}, f"hold to nan: {OUTSIDE}"),
        ({"start": float("inf")}, f"hold from inf: {OUTSIDE}"),
        ({"start": True}, "hold from True: a factor must be a number"),
        ({"start": "0.1"}, "hold from '0.1': a factor must be a number"),
        (
            {"anchor": "begin"},
            "anchor 'begin' of a hold is unknown; use one of 'start', 'end', 'middle', 'ends'",
        ),
        (
            {"shape": "linea"},
            "shape 'linea' is unknown; did you mean 'linear'?",
        ),
    ],
)
def test_what_a_phase_cannot_mean_is_refused(fields: dict[str, object], text: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        Ramp(verb="hold", **fields)

    assert text == str(caught.value)


@given(phases())
def test_the_dictionary_form_survives_json(schedule: Schedule) -> None:
    plain = json.loads(json.dumps(schedule.to_dict()))

    assert plain == {"version": 1, "schedule": str(schedule)}
    assert schedule == Schedule.from_dict(plain)


@pytest.mark.parametrize(
    "plain",
    [
        {},
        {"version": 1},
        {"schedule": "hold"},
        {"version": "1", "schedule": "hold"},
        {"version": True, "schedule": "hold"},
        {"version": 0, "schedule": "hold"},
        {"version": 1, "schedule": ["hold"]},
        "hold",
        ["version", "schedule"],
        None,
    ],
    ids=repr,
)
def test_what_is_no_dictionary_form_is_refused(plain: object) -> None:
    with pytest.raises(ScheduleError) as caught:
        Schedule.from_dict(plain)

    expected = f"{plain!r} is no schedule; it needs a 'version' and a 'schedule' text"
    assert expected == str(caught.value)


def test_a_newer_dictionary_form_is_refused() -> None:
    with pytest.raises(ScheduleError) as caught:
        Schedule.from_dict({"version": 2, "schedule": "hold"})

    assert str(caught.value) == (
        "the schedule has version 2, but this rampup reads up to 1; update rampup"
    )


def test_a_dictionary_form_with_a_wrong_text_points_at_the_column() -> None:
    with pytest.raises(ParseError) as caught:
        Schedule.from_dict({"version": 1, "schedule": "hold >> fall"})

    assert str(caught.value).splitlines()[1:] == ["  hold >> fall", "          ^ column 9"]


def test_only_a_schedule_can_be_a_factor() -> None:
    with pytest.raises(TypeError):
        warmup(5) * 0.5


def test_a_kind_of_phase_of_ones_own_has_no_warmup_and_can_be_a_staircase() -> None:
    """What a new kind must say is how long it lasts, its curve and its text."""
    schedule = exponential(0.5)
    (phase,) = steps([5]).phases

    assert [phase.has_warmup, phase.warmup_only, phase.empty, phase.dispensable] == [False] * 4
    assert phase.without_warmup(first=True) == phase
    assert [schedule.depth, schedule.per_epoch().depth] == [0, 1]
