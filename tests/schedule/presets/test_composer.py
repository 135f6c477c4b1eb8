"""Composer's presets beside its formulas written down again, and a row seen in use."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from rampup import parse
from rampup.errors import ScheduleError
from rampup.schedule.presets import composer

# each is the factor at a time, as scheduler.py computes it


def linear(t, most, first, last):
    return first + min(1.0, t / most) * (last - first)


def cosine(t, most, last):
    return last + (1.0 - last) * (1 + math.cos(min(max(t / most, 0.0), 1.0) * math.pi)) / 2


def polynomial(t, most, power, last):
    return last + (1 - min(1.0, t / most)) ** power * (1.0 - last)


def multistep(t, milestones, gamma):
    return math.prod(gamma for milestone in milestones if t >= milestone)


def lagged(value, updates):
    """Return what the trainer uses: its clock stands one update behind."""
    return np.array([value(max(t - 1, 0)) for t in range(updates)])


def assert_equal(schedule, theirs, **units):
    plan = schedule.plan(updates=len(theirs), **units)
    assert np.abs(plan(np.arange(len(theirs))) - theirs).max() <= 1e-12
    assert parse(str(schedule)) == schedule


shares = st.floats(0, 1)
some = st.floats(0.01, 1)
lengths = st.integers(1, 200)
warmups = st.integers(0, 100)
powers = st.floats(0.2, 4)
longer = st.sampled_from([0, 25])


@given(some, some, lengths, longer)
def test_linear(first, last, most, more):
    theirs = lagged(lambda t: linear(t, most, first, last), most + more)
    assert_equal(composer.LinearScheduler(first, last, f"{most}ba"), theirs)
    if not more:
        assert_equal(composer.LinearScheduler(first, last), theirs)


@given(shares, lengths, longer)
def test_constant(alpha, most, more):
    theirs = lagged(lambda t: alpha if t < most else 1.0, most + more)
    assert_equal(composer.ConstantScheduler(alpha, f"{most}ba"), theirs)
    if not more:
        assert_equal(composer.ConstantScheduler(alpha), theirs)


@given(shares, powers, lengths, longer)
def test_curves(last, power, most, more):
    theirs = lagged(lambda t: cosine(t, most, last), most + more)
    assert_equal(composer.CosineAnnealingScheduler(f"{most}ba", last), theirs)
    theirs = lagged(lambda t: polynomial(t, most, power, last), most + more)
    assert_equal(composer.PolynomialScheduler(power, f"{most}ba", last), theirs)


@given(shares, some, some, powers, warmups, lengths, longer)
def test_warmups(last, first, then, power, warm, left, more):
    most, updates = warm + left, warm + left + more
    times = f"{warm}ba", f"{most}ba"

    def risen(value, top=1.0):
        return lagged(lambda t: top * t / warm if t < warm else value(t - warm), updates)

    theirs = risen(lambda t: cosine(t, left, last))
    assert_equal(composer.CosineAnnealingWithWarmupScheduler(*times, last), theirs)
    if not more:
        assert_equal(composer.CosineAnnealingWithWarmupScheduler(times[0], alpha_f=last), theirs)
    theirs = risen(lambda t: polynomial(t, left, power, last))
    made = composer.PolynomialWithWarmupScheduler(times[0], power, times[1], last)
    assert_equal(made, theirs)
    theirs = risen(lambda t: linear(t, left, first, then), first)
    assert_equal(composer.LinearWithWarmupScheduler(times[0], first, then, times[1]), theirs)
    if not more:
        assert_equal(composer.LinearWithWarmupScheduler(times[0], first, then), theirs)


@given(st.sets(st.integers(20, 120), min_size=1, max_size=4), shares, st.integers(0, 20))
def test_multistep(milestones, gamma, warm):
    times = [f"{milestone}ba" for milestone in sorted(milestones)]
    theirs = lagged(lambda t: multistep(t, milestones, gamma), 150)
    assert_equal(composer.MultiStepScheduler(times, gamma), theirs)
    theirs = lagged(lambda t: t / warm if t < warm else multistep(t, milestones, gamma), 150)
    assert_equal(composer.MultiStepWithWarmupScheduler(f"{warm}ba", times, gamma), theirs)


@pytest.mark.parametrize("unit", ["ep", "sp", "tok", "dur"])
def test_time_strings(unit):
    # a run of 8 epochs of 5 updates, 4 samples and 64 tokens in each
    per_update = {"ep": 1 / 5, "sp": 4, "tok": 64, "dur": 1 / 40}[unit]
    warm, most = (f"{round(updates * per_update, 6):g}{unit}" for updates in (5, 30))
    schedule = composer.CosineAnnealingWithWarmupScheduler(warm, most)
    theirs = lagged(lambda t: t / 5 if t < 5 else cosine(t - 5, 25, 0.0), 40)
    horizon = {"updates_per_epoch": 5, "samples_per_update": 4, "tokens_per_update": 64}
    assert_equal(schedule, theirs, **horizon)


UNITS = {"ba": 1, "ep": 1 / 5, "sp": 4, "tok": 64, "dur": 1 / 40}
"""What one update is, in a run of 8 epochs of 5 updates, 4 samples and 64 tokens in each."""
units = st.sampled_from(sorted(UNITS))


@given(units, units, st.integers(1, 3), st.integers(4, 8), shares, some, some, powers)
def test_mixed_units(one, other, warm, most, last, first, then, power):
    warm, most = 5 * warm, 5 * most
    times = [f"{round(at * UNITS[unit], 6):g}{unit}" for at, unit in ((warm, one), (most, other))]
    horizon = {"updates_per_epoch": 5, "samples_per_update": 4, "tokens_per_update": 64}

    def risen(value, top=1.0):
        return lagged(lambda t: top * t / warm if t < warm else value(t - warm), 40)

    theirs = risen(lambda t: cosine(t, most - warm, last))
    assert_equal(composer.CosineAnnealingWithWarmupScheduler(*times, last), theirs, **horizon)
    theirs = risen(lambda t: polynomial(t, most - warm, power, last))
    schedule = composer.PolynomialWithWarmupScheduler(times[0], power, times[1], last)
    assert_equal(schedule, theirs, **horizon)
    theirs = risen(lambda t: linear(t, most - warm, first, then), first)
    schedule = composer.LinearWithWarmupScheduler(times[0], first, then, times[1])
    assert_equal(schedule, theirs, **horizon)


def test_a_recorded_row():
    row = [0, 0, 0.25, 0.5, 0.75, 1, 0.933, 0.75, 0.5, 0.25]
    schedule = composer.CosineAnnealingWithWarmupScheduler("4ba")
    assert schedule.plan(updates=10)(np.arange(10)) == pytest.approx(row, abs=6e-4)


def test_refusals():
    with pytest.raises(ScheduleError, match="'10sec' is no time of training"):
        composer.LinearScheduler(t_max="10sec")
    late = composer.CosineAnnealingWithWarmupScheduler("10ba", "2ep")
    with pytest.raises(ScheduleError, match="no update of the run is left for 'decay cosine"):
        late.plan(updates=100, updates_per_epoch=5)
    with pytest.raises(ScheduleError, match="leaves nothing behind a warmup of '10ba'"):
        composer.CosineAnnealingWithWarmupScheduler("10ba", "10ba")
