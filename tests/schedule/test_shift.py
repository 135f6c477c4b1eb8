"""Schedules changed in time: `delayed`, `since`, `within`, and `repeated` without end."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from rampup import decay, hold, parse, restarts, warmup
from rampup.errors import ScheduleError

K = np.arange(200)
BODIES = {
    "closed": warmup(10, start=0.1) >> decay("cosine", over=90, to=0.01),
    "open": warmup(10) >> hold() >> decay("1-sqrt", over=20),
    "restarts": restarts(7, times=2.0, peak=0.9),
    "product": warmup(10) * decay("linear", over=50, to=0.2),
}


@given(st.sampled_from(sorted(BODIES)), st.integers(0, 120))
def test_delayed_uses_what_an_earlier_update_would_have(name, by):
    body = BODIES[name]
    schedule = body.delayed(by)
    plan, inner = schedule.plan(updates=200), body.plan(updates=200)
    lasting = plan.curves[-1].first + plan.curves[-1].updates
    expected = np.where(lasting > K, inner(np.maximum(K - by, 0)), inner(10**9))
    assert plan(K).tolist() == expected.tolist()
    assert [plan(int(k)) for k in K] == plan(K).tolist()
    assert parse(str(schedule)) == schedule


@given(st.sampled_from(["closed", "restarts", "product"]), st.integers(0, 120))
def test_since_leaves_the_beginning_out(name, at):
    body = BODIES[name]
    schedule = body.since(at)
    plan, inner = schedule.plan(updates=200), body.plan(updates=400)
    assert plan(K).tolist() == inner(K + at).tolist()
    assert [plan(int(k)) for k in K] == plan(K).tolist()
    assert parse(str(schedule)) == schedule


def test_since_of_an_open_schedule_keeps_its_end_at_the_end():
    plan = BODIES["open"].since(10).plan(updates=100)
    assert plan(0) == plan(80) == 1.0
    assert plan(81) < 1.0
    assert plan(100) == 0.0


def test_a_delay_does_not_lengthen():
    plan = decay(over=10).delayed(1).plan(updates=10)
    assert [plan(k) for k in (0, 1, 2, 9, 10)] == [1.0, 1.0, 0.9, pytest.approx(0.2), 0.0]


def test_lengths_are_converted_and_joins_stay():
    schedule = hold("1ep") >> decay("linear", over="4ep").since("1ep")
    plan = schedule.plan(updates=40, updates_per_epoch=10)
    assert [plan(k) for k in (9, 10, 20, 40)] == [1.0, 0.75, 0.5, 0.0]


def test_staircases():
    body = decay("linear", over="4ep")
    plan = body.since("1ep").per_epoch().plan(updates=30, updates_per_epoch=10)
    assert [plan(k) for k in (0, 9, 10, 29, 30)] == [0.75, 0.75, 0.5, 0.25, 0.0]
    plan = body.delayed("1ep").per_epoch().plan(updates=40, updates_per_epoch=10)
    assert [plan(k) for k in (0, 19, 20, 30)] == [1.0, 1.0, 0.75, 0.5]


def test_warmup_behind_the_cut_still_counts():
    assert not warmup(4).since(9).plan(updates=10).curves
    (curve,) = (warmup(4) >> hold()).since(1).plan(updates=10).curves
    assert curve.warmup(0, 10) == 3


def test_refusals():
    with pytest.raises(ScheduleError, match="has no later part"):
        warmup(0).since(1).plan(updates=10)


def test_a_changed_hold_may_be_left_without_an_update():
    plan = (decay(over=10) >> hold().scaled(0.5)).plan(updates=10)
    assert plan(9) == pytest.approx(0.1)
    assert plan(10) == 0.5


@given(st.integers(12, 100), st.sampled_from(["open", "product"]))
def test_within_a_part_a_schedule_is_what_it_is_on_a_run_as_long(to, name):
    body = BODIES["open"] if name == "open" else warmup(5) * decay("cosine", to=0.1)
    if name == "open":
        to += 30
    plan = (body.within(to) >> hold()).plan(updates=200)
    alone = body.plan(updates=to)
    assert plan(K).tolist() == alone(K).tolist()
    assert [plan(int(k)) for k in K] == plan(K).tolist()


def test_within_mixes_units():
    schedule = (warmup(4) >> decay("linear")).within("2ep") >> hold()
    plan = schedule.plan(updates=40, updates_per_epoch=7)
    assert [plan(k) for k in (3, 4, 9, 14, 39)] == [1.0, 1.0, 0.5, 0.0, 0.0]
    assert parse(str(schedule)) == schedule
    with pytest.raises(ScheduleError, match="add up to 20 updates, but there are only 14"):
        (warmup(20).within("2ep") >> hold()).plan(updates=40, updates_per_epoch=7)


@given(st.integers(1, 30), st.integers(1, 30))
def test_repeated_without_end_takes_what_is_left(n, before):
    one = decay("linear", over=n).plan(updates=n)
    schedule = hold(before) >> decay("linear", over=n).repeated()
    plan = schedule.plan(updates=200)
    expected = [1.0] * before + [one(i % n) for i in range(200 - before)]
    assert plan(K).tolist() == expected
    assert [plan(int(k)) for k in K] == expected
    assert plan(10**12) == expected[-1]


def test_a_run_must_leave_something_to_repeat():
    with pytest.raises(ScheduleError, match="no update of the run is left for"):
        (decay(over=20, to=0.5) >> decay(over=5).repeated()).plan(updates=20)
