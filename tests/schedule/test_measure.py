"""Landmarks against a search through every update of the run."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from tests.strategies import percents, plans

from rampup import Plan, Schedule, cycle, decay, from_points, hold, parse, restarts, steps, warmup
from rampup.schedule.measure import Landmarks, Motion, landmarks, motion


@given(plans(percents))
def test_landmarks_are_what_a_search_finds(plan: Plan) -> None:
    factors = plan(np.arange(plan.horizon.updates))
    lengths = [s.updates for s in plan.curves if s.phase.verb == "warmup"]
    found = Landmarks(
        first=factors[0].item(),
        peak=factors.max().item(),
        peak_at=int(factors.argmax()),
        last=factors[-1].item(),
        warmup=sum(lengths),
    )

    assert found == landmarks(plan)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (warmup(0), Landmarks(first=1.0, peak=1.0, peak_at=0, last=1.0, warmup=0)),
        (
            warmup(4) >> decay("linear"),
            Landmarks(first=0.25, peak=1.0, peak_at=3, last=0.25, warmup=4),
        ),
        (
            (warmup(4) >> hold()).per_epoch(),
            Landmarks(first=0.5, peak=1.0, peak_at=2, last=1.0, warmup=4),
        ),
        (
            decay(over=4, to=0.5) >> warmup(4, start=0.25, anchor="start"),
            Landmarks(first=1.0, peak=1.0, peak_at=0, last=0.8125, warmup=4),
        ),
    ],
)
def test_landmarks_of_plans_on_eight_updates(schedule: Schedule, expected: Landmarks) -> None:
    plan = schedule.plan(updates=8, updates_per_epoch=2)

    assert expected == landmarks(plan)


@pytest.mark.parametrize(
    ("text", "peak", "peak_at", "warm"),
    [
        ("cycle up 30up from 0.0 mode triangular2", 1.0, 30, 0),
        ("points 0:0.5 40:1.5 80:0.25", 1.5, 40, 0),
        ("(warmup 10 >> hold) scaled 2", 2.0, 9, 10),
        ("(hold) rewarmed at 50 over 10", 1.0, 0, 0),
        ("(warmup 20 >> hold) cooldown at 10 over 10", 10 / 20 + 1 / 20, 10, 10),
        ("(warmup 20 >> hold 5) * points 0:0 30:3", 3.0, 30, 20),
        ("steps at 5 gamma 0.0 >> hold 10", 1.0, 0, 0),
    ],
)
@pytest.mark.parametrize("updates", [100, 3_000_000])
def test_landmarks_of_curves_that_turn(
    text: str, peak: float, peak_at: int, warm: int, updates: int
) -> None:
    """Above a million updates, the joints keep what evenly spaced updates would miss."""
    found = landmarks(parse(text).plan(updates=updates))

    assert (peak, peak_at, warm) == (pytest.approx(found.peak), found.peak_at, found.warmup)


@given(plans(percents))
def test_motion_is_what_a_loop_finds(plan: Plan) -> None:
    factors = [plan(k) for k in range(plan.horizon.updates)]
    rises = [b - a for a, b in pairwise(factors)]
    warm = [c for c in plan.curves if c.phase.verb == "warmup"]
    found = motion(plan)

    assert found.jumps == [(c.first, plan(c.first) - plan(c.first - 1)) for c in plan.curves[1:]]
    assert found.steepest == pytest.approx(max([*rises, 0.0]))
    assert found.steepest == 0 or rises[found.steepest_at - 1] == pytest.approx(found.steepest)
    assert found.given_up == pytest.approx(
        sum(1 - factors[k] for c in warm for k in range(c.first, c.first + c.updates))
    )


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (
            decay(over=4, to=0.5) >> restarts(4, shape="linear"),
            Motion(jumps=[(4, -0.125)], given_up=0.0, steepest=0.375, steepest_at=8),
        ),
        (
            cycle(2, 2, low=0.0),
            Motion(jumps=[], given_up=0.0, steepest=0.5, steepest_at=1),
        ),
        (
            steps([5], 0.5),
            Motion(jumps=[], given_up=0.0, steepest=0.0, steepest_at=0),
        ),
    ],
    ids=str,
)
def test_motion_of_plans_on_twelve_updates(schedule: Schedule, expected: Motion) -> None:
    assert expected == motion(schedule.plan(updates=12))


@pytest.mark.parametrize(
    ("schedule", "steepest", "at"),
    [
        (restarts(10**6, over=10**7), 1.0, 10**6),
        (decay(over=10**6).repeated(2) >> hold(), 1.0, 10**6),
        (hold(5) >> steps([10**6 + 1], 0.5), 0.0, 0),
        (hold(10**6 + 7) >> from_points([(0, 0.0), (1, 1.0)]), 1.0, 10**6 + 8),
    ],
    ids=str,
)
def test_a_leap_in_a_long_run_is_found(schedule: Schedule, steepest: float, at: int) -> None:
    found = motion(schedule.plan(updates=10**7))

    assert found.steepest == pytest.approx(steepest, abs=1e-5)
    assert found.steepest_at == at


def test_a_warmup_of_more_updates_than_are_looked_at_gives_up_half_of_them() -> None:
    found = motion((warmup(10**12) >> hold()).plan(updates=2 * 10**12))

    assert found.given_up == pytest.approx(5e11)
    assert found.steepest == pytest.approx(1e-12)


def test_a_run_of_one_update_does_not_move() -> None:
    assert motion(hold().plan(updates=1)) == Motion(
        jumps=[], given_up=0.0, steepest=0.0, steepest_at=0
    )
