"""Schedules changed from one point on: `cut`, `faded`, and trunks longer than what is used."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from rampup import Schedule, decay, hold, inverse_sqrt, parse, restarts, saturating, warmup
from rampup.errors import ScheduleError

K = np.arange(150)
BODIES = {
    "closed": warmup(10, start=0.1) >> decay("cosine", over=90, to=0.01),
    "open": warmup(10) >> hold() >> decay("1-sqrt", over=20),
    "restarts": restarts(7, times=2.0, peak=0.9),
    "product": warmup(10) * decay("linear", over=50, to=0.2),
    "longer": warmup(10) >> decay("linear", over=1000),
}


@given(st.sampled_from(sorted(BODIES)), st.integers(1, 120), st.none() | st.floats(0, 2))
def test_a_cut_keeps_the_beginning_and_nothing_else(name, at, to):
    body = BODIES[name]
    schedule = body.cut(at, to)
    plan = schedule.plan(updates=120)
    whole = body.plan(updates=120 if name == "open" else 2000)

    kept = [whole(k) for k in range(at)]
    expected = kept + [kept[-1] if to is None else to] * (150 - at)
    assert plan(K).tolist() == expected
    assert [plan(int(k)) for k in K] == expected
    assert parse(str(schedule)) == schedule


def test_what_comes_behind_a_cut_goes_on_from_its_end():
    plan = (decay(over=8).cut(4) >> decay(over=4)).plan(updates=8)
    assert [plan(k) for k in (3, 4, 6, 8)] == [0.625, 0.625, 0.3125, 0.0]
    plan = (decay(over=8).cut(4, to=0.25) >> hold()).plan(updates=8)
    assert [plan(k) for k in (3, 4, 7)] == [0.625, 0.25, 0.25]


def test_a_cut_is_measured_in_any_unit_and_per_epoch():
    body = decay(over="4ep").cut("2ep").per_epoch()
    plan = body.plan(updates=20, updates_per_epoch=5)
    assert [plan(k) for k in (0, 4, 5, 9, 10, 19)] == [1.0, 1.0, 0.75, 0.75, 0.75, 0.75]
    assert parse(str(body)) == body


@given(
    at=st.integers(0, 60),
    over=st.integers(1, 40),
    to=st.floats(0, 1),
    shape=st.sampled_from(["linear", "cosine", "1-sqrt"]),
)
def test_a_faded_schedule_loses_its_height_above_the_end(at, over, to, shape):
    fall = {
        "linear": lambda p: 1 - p,
        "cosine": lambda p: (1 + math.cos(math.pi * p)) / 2,
        "1-sqrt": lambda p: 1 - math.sqrt(p),
    }[shape]
    schedule = (warmup(4) >> inverse_sqrt(5)).faded(at, over, shape, to)
    plan = schedule.plan(updates=110)
    expected = []
    for k in range(110):
        trunk = (k + 1) / 4 if k < 4 else math.sqrt(5 / (k - 4 + 5))
        left = fall(min(max(k - at, 0) / over, 1.0))
        expected.append(trunk if k < at else to + (max(trunk, to) - to) * left)

    assert plan(np.arange(110)) == pytest.approx(expected, abs=1e-12)
    assert [plan(k) for k in range(110)] == plan(np.arange(110)).tolist()
    assert parse(str(schedule)) == schedule


def test_a_faded_hold_is_a_cooldown():
    trunk = warmup(4) >> hold()
    faded, cooled = (
        change(at=10, over=8, shape="1-sqrt", to=0.1).plan(updates=30)(np.arange(30))
        for change in (trunk.faded, trunk.cooldown)
    )
    assert faded.tolist() == cooled.tolist()


LONG = {
    "cooldown": (warmup(100) >> hold()).cooldown(at=10, over=10, shape="linear"),
    "cooldown of a closed one": (warmup(100) >> hold(5)).cooldown(10, 10, "linear"),
    "cooldown of a whole run": warmup(20).cooldown(10, 10, "linear"),
    "nested": (warmup(100) >> hold(5)).scaled(1.0).cooldown(10, 10, "linear"),
    "cut": (warmup(100) >> hold()).cut(10) >> decay(),
    "since": warmup(100, start=0.5).since(90) >> hold(),
    "cut since": (warmup(100) >> hold()).since(20).cut(15) >> decay(),
}


@pytest.mark.parametrize("schedule", LONG.values(), ids=LONG)
def test_a_trunk_may_be_longer_than_what_is_used_of_it(schedule: Schedule):
    plan, longer = schedule.plan(updates=20), schedule.plan(updates=2000)
    assert [plan(k) for k in range(10)] == [longer(k) for k in range(10)]


@pytest.mark.parametrize("schedule", [warmup(100).cut(20), warmup(20).scaled(0.5), warmup(20)])
def test_a_run_that_is_all_warmup_is_refused(schedule: Schedule):
    with pytest.raises(ScheduleError, match=r"lasts 20 updates, but the run has only 20; shorten"):
        schedule.plan(updates=20)


def test_a_law_that_is_cut_may_fill_the_run():
    assert saturating(5).cut(20).plan(updates=20)(19) == saturating(5).plan(updates=20)(19)
