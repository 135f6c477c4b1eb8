"""fairseq's presets beside its formulas written down again, and rows seen in use."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, strategies as st

from rampup import parse
from rampup.errors import ScheduleError
from rampup.schedule.presets import fairseq


def cosine(n, top, warm, init, low, mult, period, shrink):
    """step_update of cosine_lr_scheduler.py."""
    init = low if init < 0 else init
    if n < warm:
        return init + n * (top - init) / warm
    done, i, length = n - warm, 0, period
    while done >= length:
        done, i, length = done - length, i + 1, length * mult
    least, most = low * shrink**i, top * shrink**i
    return least + 0.5 * (most - least) * (1 + math.cos(math.pi * done / length))


def polynomial(n, top, warm, end, power, total):
    """step_update of polynomial_decay_schedule.py."""
    if warm > 0 and n <= warm:
        return n / float(warm) * top
    if n >= total:
        return end
    return (top - end) * (1 - (n - warm) / (total - warm)) ** power + end


def tri_stage(n, warm, stay, fall, first, last):
    """step_update of tri_stage_lr_scheduler.py."""
    if n < warm:
        return first + (1.0 - first) / warm * n
    if n < warm + stay:
        return 1.0
    if n <= warm + stay + fall:
        return math.exp(math.log(last) / fall * (n - warm - stay))
    return last


tops = st.floats(1e-6, 10)
shares = st.floats(0, 1)
warmups = st.integers(0, 200)
lengths = st.integers(1, 300)


def assert_equal(schedule, theirs, top=1.0):
    plan = schedule.plan(updates=len(theirs))
    assert np.abs(plan.lr(np.arange(len(theirs)), base=top) - theirs).max() <= 1e-12 * top
    assert parse(str(schedule)) == schedule


@given(tops, warmups, st.just(-1.0) | shares, shares, lengths)
def test_cosine(top, warm, init, low, left):
    init, low = init * top, low * top
    theirs = [cosine(n, top, warm, init, low, 1, left, 0.1) for n in range(warm + left)]
    theirs += [low] * 20  # the one departure
    assert_equal(fairseq.cosine(warm, init, low, max_update=warm + left, lr=top), theirs, top)


mults = st.sampled_from([1, Fraction(5, 4), Fraction(3, 2), 2, Fraction(5, 2), 3])


@given(tops, warmups, shares, st.integers(1, 60), mults, shares)
def test_cosine_restarts(top, warm, low, period, mult, shrink):
    low *= top
    theirs = [cosine(n, top, warm, -1.0, low, mult, period, shrink) for n in range(warm + 300)]
    schedule = fairseq.cosine(warm, -1.0, low, float(mult), period, shrink, lr=top)
    assert_equal(schedule, theirs, top)


@given(warmups)
def test_fixed(warm):
    theirs = [(n + 1) / float(warm) if n < warm else 1.0 for n in range(warm + 20)]
    assert_equal(fairseq.fixed(warm), theirs)


@given(tops, st.integers(1, 200), st.just(-1.0) | shares)
def test_inverse_sqrt(top, warm, init):
    first = max(init, 0.0) * top
    theirs = [
        first + n * (top - first) / warm if n < warm else top * warm**0.5 * n**-0.5
        for n in range(warm + 500)
    ]
    assert_equal(fairseq.inverse_sqrt(warm, init * top, lr=top), theirs, top)


@given(tops, warmups, shares, st.floats(0.2, 4), lengths)
def test_polynomial_decay(top, warm, end, power, left):
    said = (warm, end * top, power, warm + left)
    theirs = [polynomial(n, top, *said) for n in range(warm + left + 20)]
    assert_equal(fairseq.polynomial_decay(*said, lr=top), theirs, top)


@given(warmups, st.integers(0, 100), lengths, shares, st.floats(1e-4, 1))
def test_tri_stage(warm, stay, fall, first, last):
    theirs = [tri_stage(n, warm, stay, fall, first, last) for n in range(warm + stay + fall + 20)]
    schedule = fairseq.tri_stage(warm, stay, fall, init_lr_scale=first, final_lr_scale=last)
    assert_equal(schedule, theirs)


def test_tri_stage_takes_shares_of_the_run():
    shared = fairseq.tri_stage(phase_ratio=(0.1, 0.4, 0.5), max_update=1009)
    assert shared == fairseq.tri_stage(100, 403, 504)


ROWS = {
    "cosine": (
        fairseq.cosine(4, max_update=10),
        [0, 0.25, 0.5, 0.75, 1, 0.933, 0.75, 0.5, 0.25, 0.067],
    ),
    "cosine restarts": (
        fairseq.cosine(4, lr_period_updates=6),
        [0, 0.25, 0.5, 0.75, 1, 0.933, 0.75, 0.5, 0.25, 0.067, 0.1, 0.093],
    ),
    "fixed": (fairseq.fixed(4), [0.25, 0.5, 0.75, 1, 1]),
    "inverse_sqrt": (fairseq.inverse_sqrt(4), [0, 0.25, 0.5, 0.75, 1, 0.894]),
    "polynomial_decay": (
        fairseq.polynomial_decay(4, total_num_update=10),
        [0, 0.25, 0.5, 0.75, 1, 0.833, 0.667, 0.5, 0.333, 0.167],
    ),
    "tri_stage": (
        fairseq.tri_stage(4, 2, 4),
        [0.01, 0.2575, 0.505, 0.7525, 1, 1, 1, 0.316, 0.1, 0.0316, 0.01, 0.01],
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_recorded_rows(name):
    schedule, row = ROWS[name]
    assert schedule.plan(updates=len(row))(np.arange(len(row))) == pytest.approx(row, abs=6e-4)


def test_refusals():
    with pytest.raises(ScheduleError, match=r"min_lr = 0\.1 is a rate, not a factor; pass lr=…"):
        fairseq.cosine(4, min_lr=0.1, max_update=10)
    with pytest.raises(ScheduleError, match="max_update=4 leaves no update behind a warmup of 4"):
        fairseq.cosine(4, max_update=4)
    with pytest.raises(ScheduleError, match=r"restarts times 0\.5: periods cannot shrink"):
        fairseq.cosine(t_mult=0.5, lr_period_updates=10)
    with pytest.raises(ScheduleError, match="warmup_updates = 0 must be a whole number ≥ 1"):
        fairseq.inverse_sqrt(0)
    with pytest.raises(ScheduleError, match="total_num_update=4 leaves no update"):
        fairseq.polynomial_decay(4, total_num_update=4)
