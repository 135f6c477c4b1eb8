"""The laws of the algebra, for schedules of every kind: phases joined, multiplied, changed."""

import copy
import math
import pickle

import numpy as np
import pytest
from hypothesis import given, strategies as st
from tests.strategies import combined

from rampup import (
    Plan,
    Schedule,
    decay,
    exponential,
    hold,
    inverse_time,
    parse,
    restarts,
    rise,
    steps,
    warmup,
)
from rampup.errors import ScheduleError

K = np.concatenate([np.arange(200), np.array([10**6, 10**12])])


def planned(schedule: Schedule, updates: int = 2000) -> Plan | None:
    """Return the schedule on a run, or None where it does not fit: that is another test's."""
    try:
        return schedule.plan(updates=updates, updates_per_epoch=10)
    except ScheduleError:
        return None


@given(combined())
def test_what_is_printed_parses_back(schedule: Schedule) -> None:
    assert schedule == parse(str(schedule))
    assert str(schedule) == str(parse(str(schedule)))


@given(combined())
def test_the_dictionary_form_reads_back(schedule: Schedule) -> None:
    assert schedule == Schedule.from_dict(schedule.to_dict())


@given(combined(), combined(), combined())
def test_joining_and_multiplying_are_associative(a: Schedule, b: Schedule, c: Schedule) -> None:
    assert (a >> b) >> c == a >> (b >> c)
    assert (a * b) * c == a * (b * c)


@given(combined())
def test_an_array_gives_the_bits_of_its_updates(schedule: Schedule) -> None:
    plan = planned(schedule)
    if plan is not None:
        assert [plan(int(k)) for k in K] == plan(K).tolist()


@given(combined())
def test_every_factor_is_a_number_from_zero_to_the_bound(schedule: Schedule) -> None:
    plan = planned(schedule)
    if plan is not None:
        factors = plan(K)
        assert np.all(np.isfinite(factors))
        assert np.all(factors >= 0)
        assert np.all(factors <= plan.track.high)


@given(combined())
def test_a_plan_can_be_copied_and_pickled(schedule: Schedule) -> None:
    plan = planned(schedule)
    if plan is not None:
        for twin in (copy.deepcopy(plan), pickle.loads(pickle.dumps(plan))):
            assert twin == plan
            assert twin(K).tolist() == plan(K).tolist()


@given(combined(1), combined(1), st.floats(0, 2))
def test_products_and_multiples_are_those_of_the_factors(
    a: Schedule, b: Schedule, c: float
) -> None:
    plans = [planned(s) for s in (a, b, a * b, a.scaled(c), a.clamped(0.2, 0.7))]
    if any(plan is None for plan in plans):
        return
    one, two, product, scaled, clamped = (plan(K[:40]) for plan in plans)
    natural = [sum(curve.updates for curve in plan.curves) for plan in plans[:2]]
    inside = slice(0, min(40, *natural))

    np.testing.assert_allclose(product[inside], (one * two)[inside], rtol=1e-15)
    np.testing.assert_allclose(scaled[inside], c * one[inside], rtol=1e-15)
    assert np.clip(one, 0.2, 0.7)[inside].tolist() == clamped[inside].tolist()


@given(n=st.integers(1, 30), m=st.integers(1, 30), times=st.integers(2, 9))
def test_stretching_keeps_the_factor_at_equal_progress(n: int, m: int, times: int) -> None:
    schedule = warmup(n) >> decay("cosine", over=m, to=0.1)
    plan = schedule.plan(updates=n + m + 1)
    wide = schedule.stretched(to=times * (n + m)).plan(updates=times * (n + m) + 1)

    for k in range(n):
        assert math.isclose(plan(k), wide(times * (k + 1) - 1), rel_tol=1e-12)
    for k in range(n, n + m):
        assert math.isclose(plan(k), wide(times * k), rel_tol=1e-12)


CLOSED = {
    "regular steps": steps(every=3, times=1.5, gamma=0.5, over=40),
    "restarts": restarts(4, times=1.5, peak=0.8, to=0.1, over=40),
    "inverse-time": inverse_time(0.3, power=0.7, over=40),
    "inverse-time every": inverse_time(0.3, every=4, over=40),
    "inverse-time stairs": inverse_time(0.3, every=4, stairs=True, over=40),
    "rise": decay(over=15, to=0.2) >> rise("cosine(2)", over=25, to=0.7),
    "cut": (decay("polynomial(2,3)", over=60) >> hold(5)).cut(40, to=0.1),
    "faded": exponential(0.9, every=2).faded(at=10, over=30, shape="1-sqrt", to=0.05),
    "lifted": (hold(10) >> decay("cosine", over=30)).lifted(0.3),
    "within": (decay(over=10, to=0.5) >> decay("cosine")).within(40),
    "on": (decay(over="10%", to=0.9) >> decay("cosine", over="30%", to=0.2) >> hold()).on(40),
    "repeated": decay("cosine", over=7).repeated().cut(40),
    "since": decay("cosine", over=50).since(10),
}


@pytest.mark.parametrize("schedule", CLOSED.values(), ids=CLOSED)
@given(times=st.integers(2, 9))
def test_stretching_commutes_with_every_piece(schedule: Schedule, times: int) -> None:
    plan = schedule.plan(updates=50)
    wide = schedule.stretched(to=times * 40).plan(updates=times * 50)

    for k in range(40):
        assert math.isclose(plan(k), wide(times * k), rel_tol=1e-9)
    assert math.isclose(schedule.stretched(to=40).plan(updates=50)(39), plan(39))


@given(at=st.integers(1, 60), over=st.integers(1, 30))
def test_a_cooldown_leaves_the_trunk_alone(at: int, over: int) -> None:
    trunk = warmup(10) >> decay("cosine", to=0.2)
    plain = trunk.plan(updates=100)
    branch = trunk.cooldown(at=at, over=over, shape="linear").plan(updates=100)

    assert [plain(k) for k in range(at + 1)] == [branch(k) for k in range(at + 1)]
    assert [plain(at) * (1 - i / over) for i in range(over)] == [
        float(x) for x in np.round([branch(at + i) for i in range(over)], 17)
    ] or all(
        math.isclose(plain(at) * (1 - i / over), branch(at + i), rel_tol=1e-12) for i in range(over)
    )
    assert [branch(k) for k in (at + over, 99, 500)] == [0.0] * 3


@given(at=st.integers(0, 60), over=st.integers(1, 30), start=st.floats(0, 1))
def test_a_rewarmed_curve_joins_the_old_one_exactly(at: int, over: int, start: float) -> None:
    curve = warmup(10) >> decay("cosine", to=0.2)
    plain = curve.plan(updates=100)
    dipped = curve.rewarmed(at=at, over=over, start=start).plan(updates=100)
    outside = [k for k in range(120) if not at <= k < at + over - 1]

    assert [plain(k) for k in outside] == [dipped(k) for k in outside]
    assert all(dipped(k) <= plain(k) for k in range(at, at + over))


@given(n=st.integers(1, 20), times=st.integers(1, 6))
def test_repeating_starts_again(n: int, times: int) -> None:
    one = decay("linear", over=n).plan(updates=n)
    many = decay("linear", over=n).repeated(times).plan(updates=n * times)

    assert [one(k % n) for k in range(n * times)] == [many(k) for k in range(n * times)]


@given(n=st.integers(2, 400), m=st.integers(2, 400))
def test_joins_are_continuous_within_one_step(n: int, m: int) -> None:
    """What a decay starts with is what the warmup before it ended with."""
    plan = (warmup(n) >> hold(5) >> decay("cosine", over=m)).plan(updates=n + m + 5)

    assert plan(n - 1) == plan(n) == plan(n + 5) == 1.0
    assert plan(n + m + 5) == 0.0
    assert plan(n + m + 4) <= math.pi / (2 * m)
