"""Landmarks against a search through every update of the run."""

import math
from collections.abc import Callable
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
        ("(warmup 4 >> hold 4) repeated 3 >> hold", 1.0, 3, 12),
        ("(hold 5 >> (warmup 4 >> hold 6) repeated) cut 20 to 0.0", 1.0, 0, 8),
        ("(hold 5 >> warmup 10 >> hold 5) since 8 >> hold", 1.0, 6, 7),
        ("(warmup 10 >> hold) delayed 3", 1.0, 12, 13),
        ("(warmup 40) cut 10 to 1.0 >> hold", 1.0, 10, 10),
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


def ramp(k: int, warm: int) -> float:
    """Return the factor of a linear warmup that wastes no update, then of a hold."""
    return min((k + 1) / warm, 1.0)


# the schedule, and its factor at update k with and without the warmup, written as a loop would
GIVEN_UP: dict[str, tuple[str, Callable[[int], float], Callable[[int], float], float]] = {
    "scaled": (
        "(warmup 20 >> hold) scaled 0.25", lambda k: 0.25 * ramp(k, 20), lambda _k: 0.25, 0.25),
    "a product with a fall": (
        "(warmup 20 >> hold) * decay linear",
        lambda k: ramp(k, 20) * (1 - k / 100), lambda k: 1 - k / 100, 1.0),
    "behind a fall": (
        "decay 10up to 0.5 >> (warmup 20 >> hold) scaled 0.5",
        lambda k: 1 - k / 20 if k < 10 else 0.5 * ramp(k - 10, 20),
        lambda k: 1 - k / 20 if k < 10 else 0.5, 1.0),
    "repeated": (
        "(warmup 4 >> hold 6) repeated", lambda k: ramp(k % 10, 4), lambda _k: 1.0, 1.0),
    "begun late": (
        "(hold 5 >> warmup 20 >> hold) since 8",
        lambda k: ramp(k + 3, 20), lambda _k: 1.0, 1.0),
    "delayed": (
        "(warmup 20 >> hold) delayed 3", lambda k: ramp(max(k - 3, 0), 20), lambda _k: 1.0, 1.0),
    "clamped": (
        "(warmup 20 >> hold) clamped 0.0 0.5",
        lambda k: min(ramp(k, 20), 0.5), lambda _k: 0.5, 0.5),
    "cooled down on the way up": (
        "(warmup 40 >> hold) cooldown at 10 over 20 linear >> hold",
        lambda k: ramp(k, 40) if k < 10 else ramp(10, 40) * max(1 - (k - 10) / 20, 0),
        lambda k: 1.0 if k < 10 else max(1 - (k - 10) / 20, 0), 1.0),
    "a law": (
        "(saturating 9) * hold", lambda k: 1 - math.exp(-(k + 1) / 9), lambda _k: 1.0, 1.0),
}  # fmt: skip


@pytest.mark.parametrize(("text", "used", "bare", "peak"), GIVEN_UP.values(), ids=GIVEN_UP)
def test_a_warmup_gives_up_the_area_between_the_run_with_and_without_it(
    text: str, used: Callable[[int], float], bare: Callable[[int], float], peak: float
) -> None:
    plan = parse(text).plan(updates=100)
    lost = 0.0
    for k in range(100):
        assert plan(k) == pytest.approx(used(k))
        lost += (bare(k) - used(k)) / peak

    assert lost == pytest.approx(motion(plan).given_up)
    assert lost > 0


@pytest.mark.parametrize("updates", [10**6, 10**8])
def test_a_short_warmup_within_a_long_run_is_not_missed(updates: int) -> None:
    plan = parse("(hold 7 >> warmup 99 >> hold) scaled 0.5").plan(updates=updates)

    assert motion(plan).given_up == pytest.approx(sum(1 - (k + 1) / 99 for k in range(99)))


def test_a_schedule_that_needs_its_warmup_has_no_baseline() -> None:
    plan = parse("(warmup 100) cut 20 >> rise 20 to 0.5 >> hold").plan(updates=100)

    assert math.isnan(motion(plan).given_up)


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
