"""Plans against a loop that a reader can check by eye, and the laws that every plan keeps."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, strategies as st
from tests.strategies import above_zero, anchors, factors, plans, shapes

from rampup import Plan, Schedule, decay, hold, warmup
from rampup.errors import ScheduleError
from rampup.schedule.measure import landmarks

LEFT = {  # what is left of a fall at progress p
    "linear": lambda p: 1 - p,
    "cosine": lambda p: (1 + math.cos(math.pi * p)) / 2,
    "quadratic": lambda p: (1 - p) ** 2,
    "sqrt": lambda p: math.sqrt(1 - p),
    "1-sqrt": lambda p: 1 - math.sqrt(p),
}
READ = {  # the progress at which update i of n reads the curve
    "start": lambda i, n: i / n,
    "end": lambda i, n: (i + 1) / n,
    "middle": lambda i, n: (i + 0.5) / n,
    "ends": lambda i, n: i / (n - 1) if n > 1 else 1.0,
}


def reference(shape: str, anchor: str, n: int, start: float, to: float) -> list[float]:
    """Return warmup(n, from start) >> hold(2) >> decay(n, to), update by update, and its tail."""
    factors = []
    for i in range(n):
        p = READ[anchor](i, n)
        factors.append(start + (1 - start) * LEFT[shape](1 - p))  # a rise is a fall read backwards
    factors += [1.0, 1.0]
    for i in range(n):
        p = READ[anchor](i, n)
        factors.append(to + (1 - to) * LEFT[shape](p))
    return [*factors, to, to]


@pytest.mark.parametrize(("shape", "anchor"), [*product(LEFT, READ)])
@pytest.mark.parametrize("n", [1, 2, 3, 10])
def test_a_plan_is_the_loop(shape: str, anchor: str, n: int) -> None:
    schedule = (
        warmup(n, shape, start=0.25, anchor=anchor)
        >> hold(2)
        >> decay(shape, over=n, to=0.125, anchor=anchor)
    )
    expected = reference(shape, anchor, n, start=0.25, to=0.125)
    plan = schedule.plan(updates=2 * n + 2)

    assert expected == pytest.approx([plan(k) for k in range(2 * n + 4)], abs=1e-15)


def test_the_staircase_of_the_page_is_exact() -> None:
    """Epochs 1 to 5 use exactly these rates, at each of their 25 updates."""
    base, written = 0.01, [0.002, 0.004, 0.006, 0.008, 0.01]
    plan = (warmup("5ep") >> hold()).per_epoch().plan(updates=250, updates_per_epoch=25)
    expected = [rate for rate in written for _ in range(25)] + [0.01] * 125

    assert expected == [base * plan(k) for k in range(250)]


def test_a_warmup_wastes_no_update_and_reaches_the_peak() -> None:
    base, plan = 0.01, (warmup("5ep") >> hold()).plan(updates=250, updates_per_epoch=25)
    rates = [base * plan(k) for k in range(250)]

    assert [rates[0], rates[124]] == [0.01 / 125, 0.01]
    assert max(rates[:124]) < 0.01
    assert rates[124:] == [0.01] * 126


@pytest.mark.parametrize("schedule", [warmup(0), warmup("0%") >> warmup(0)])
def test_a_schedule_in_which_nothing_lasts_holds_the_peak(schedule: Schedule) -> None:
    plan = schedule.plan(updates=10)

    assert [plan(0), plan(9), plan(100)] == [1.0, 1.0, 1.0]
    assert plan(np.arange(20)).tolist() == [1.0] * 20


def test_the_open_phase_takes_what_is_left() -> None:
    plan = (warmup("10%") >> hold() >> decay(over="20%")).plan(updates=100)
    segments = [(s.first, s.updates) for s in plan.curves]

    assert segments == [(0, 10), (10, 70), (80, 20)]


@given(plans())
def test_an_array_gives_the_bits_of_its_updates(plan: Plan) -> None:
    k = np.arange(plan.horizon.updates + 10)
    expected = [plan(int(index)) for index in k]

    assert expected == plan(k).tolist()
    assert expected[::-1] == plan(k[::-1]).tolist()
    assert [expected] == plan(k[np.newaxis].astype(np.int32)).tolist()
    assert expected[3] == plan(np.int64(3)) == plan(np.array(3)).item()


@given(plans(), st.lists(st.integers(0, 10**12)))
def test_a_factor_is_a_number_between_0_and_1(plan: Plan, k: list[int]) -> None:
    for index in [*range(plan.horizon.updates), *k]:
        factor = plan(index)
        assert type(factor) is float
        assert 0.0 <= factor <= 1.0


def test_rounding_does_not_lift_a_factor_above_its_phase() -> None:
    """0.31 + (0.93 − 0.31) is 0.9300000000000002 in binary."""
    plan = (decay(over=5, to=0.93) >> decay(to=0.31)).plan(updates=10)

    assert 0.31 + (0.93 - 0.31) > 0.93
    assert [plan(5), plan(np.array([5])).item()] == [0.93, 0.93]


@given(plans(), st.integers(0, 10**12))
def test_past_the_end_the_last_factor_is_held(plan: Plan, k: int) -> None:
    end, tail = plan.curves[-1].first + plan.curves[-1].updates, plan.curves[-1].end

    assert tail == plan(end) == plan(end + k)
    assert [tail, tail] == plan(np.array([end, end + k])).tolist()


@given(plans())
def test_a_phase_never_turns_back(plan: Plan) -> None:
    for segment in plan.curves:
        steps = np.diff(plan(np.arange(segment.first, segment.first + segment.updates)))
        signs = {"warmup": steps >= 0, "hold": steps == 0, "decay": steps <= 0}
        assert signs[segment.phase.verb].all()


@given(n=st.integers(1, 20), epoch=st.integers(1, 30), shape=shapes, anchor=anchors, factor=factors)
def test_the_staircase_repeats_the_curve_of_epochs(
    n: int, epoch: int, shape: str, anchor: str, factor: float
) -> None:
    """Counted in epochs, a curve uses the same bits as counted in updates, `epoch` times each."""
    factor = above_zero(shape, factor)
    curves, stairs = (
        warmup(f"{n}{unit}", shape, start=factor, anchor=anchor)
        >> decay(shape, to=factor, anchor=anchor)
        for unit in ("up", "ep")
    )
    by_update = curves.plan(updates=2 * n)(np.arange(2 * n))
    run = 2 * n * epoch
    by_epoch = stairs.per_epoch().plan(updates=run, updates_per_epoch=epoch)(np.arange(run))

    assert np.repeat(by_update, epoch).tolist() == by_epoch.tolist()


def test_a_plot_draws_base_times_factor() -> None:
    plan = (warmup(4) >> decay("cosine")).plan(updates=10)

    axes = plan.plot(base=0.1)
    line = axes.get_lines()[0]

    assert list(range(10)) == line.get_xdata().tolist()
    assert (0.1 * plan(np.arange(10))).tolist() == line.get_ydata().tolist()
    assert [axes.get_xlabel(), axes.get_ylabel()] == ["update", "rate"]
    assert axes is plan.plot(axes)


def test_a_rate_is_base_times_factor() -> None:
    plan = (warmup(4) >> hold()).plan(updates=10)
    k = np.arange(10)

    assert plan.lr(1, base=0.2) == 0.2 * plan(1)
    assert plan.lr(k, base=0.2).tolist() == (0.2 * plan(k)).tolist()


@pytest.mark.parametrize(("updates", "every"), [(10, 1), (10, 4), (10, 9), (10, 50), (1, 1)])
def test_a_table_has_every_nth_update_and_the_last(updates: int, every: int) -> None:
    plan = decay("cosine").plan(updates=updates)
    rows = [k for k in range(updates) if k % every == 0 or k == updates - 1]

    assert plan.table(every=every) == [(k, plan(k)) for k in rows]


def test_a_table_of_no_step_is_refused() -> None:
    with pytest.raises(ScheduleError) as caught:
        hold().plan(updates=10).table(every=0)

    assert str(caught.value) == "every = 0 is no step; use a whole number ≥ 1"


def test_a_plan_knows_its_landmarks() -> None:
    plan = (warmup(4) >> decay()).plan(updates=8)

    assert plan.landmarks == landmarks(plan)
