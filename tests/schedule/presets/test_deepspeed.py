"""DeepSpeed's presets beside its formulas written down again, and rows seen in use."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from rampup import parse
from rampup.errors import ScheduleError
from rampup.schedule.presets.deepspeed import WarmupCosineLR, WarmupDecayLR, WarmupLR


def risen(k, steps, kind):
    return math.log(k + 1) / math.log(steps) if kind == "log" else k / steps


def decayed(k, total, low, top, steps, kind):
    """get_lr of WarmupLR, and of WarmupDecayLR where there is a total."""
    if k < 0:
        return low
    steps = max(2, steps)
    if k < steps:
        gamma = risen(k, steps, kind)
    elif total is None:
        gamma = 1.0
    else:
        gamma = max(0.0, float(total - k) / float(max(1.0, total - steps)))
    return low + (top - low) * gamma


def cosine(k, total, first, steps, last, kind):
    """get_lr_ratio of WarmupCosineLR."""
    if k < 0:
        return 0.0
    steps = max(2, steps)
    if k < steps:
        return first + (1.0 - first) * risen(k, steps, kind)
    progress = min(1.0, (k - steps + 1) / max(1, total - steps))
    return max(0.0, last + (1.0 - last) * (1 + math.cos(math.pi * progress)) / 2)


tops = st.floats(1e-6, 10)
shares = st.floats(0, 1)
warmups = st.integers(1, 300)
kinds = st.sampled_from(["log", "linear"])


def assert_equal(schedule, theirs, top=1.0):
    plan = schedule.plan(updates=len(theirs))
    assert np.abs(plan.lr(np.arange(len(theirs)), base=top) - theirs).max() <= 1e-12 * top
    assert parse(str(schedule)) == schedule


@given(tops, shares, warmups, kinds)
def test_warmup(top, low, steps, kind):
    theirs = [decayed(t - 1, None, low * top, top, steps, kind) for t in range(steps + 20)]
    assert_equal(WarmupLR(low * top, top, steps, kind), theirs, top)
    assert_equal(WarmupLR(low * top, None, steps, kind, base_lr=top), theirs, top)


@given(tops, shares, warmups, st.integers(1, 400), kinds, st.sampled_from([0, 30]))
def test_decay(top, low, steps, left, kind, longer):
    total = max(2, steps) + left
    theirs = [decayed(t - 1, total, low * top, top, steps, kind) for t in range(total + longer)]
    assert_equal(WarmupDecayLR(total, low * top, top, steps, kind), theirs, top)


@given(shares, shares, warmups, st.integers(1, 400), kinds, st.sampled_from([0, 30]))
def test_cosine(first, last, steps, left, kind, longer):
    total = max(2, steps) + left
    theirs = [cosine(t - 1, total, first, steps, last, kind) for t in range(total + longer)]
    assert_equal(WarmupCosineLR(total, first, steps, last, kind), theirs)


def test_a_cosine_of_one_step_that_ends_above_the_warmup():
    # the run stops within the warmup, at half of the way up, below the end of the cosine
    plan = WarmupCosineLR(3, 0.0, 2, 0.9, "linear").plan(updates=3)
    assert [plan(k) for k in range(4)] == [0.0, 0.0, 0.5, 0.9]


ROWS = {
    "WarmupLR": (WarmupLR(warmup_num_steps=4), [0, 0, 0.5, 0.792, 1, 1]),
    "WarmupDecayLR": (
        WarmupDecayLR(10, 0.0, 1.0, 4, "linear"),
        [0, 0, 0.25, 0.5, 0.75, 1, 0.833, 0.667, 0.5, 0.333],
    ),
    "WarmupCosineLR": (
        WarmupCosineLR(10, 0.0, 4, 0.0, "linear"),
        [0, 0, 0.25, 0.5, 0.75, 0.933, 0.75, 0.5, 0.25, 0.067, 0, 0],
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_recorded_rows(name):
    schedule, row = ROWS[name]
    assert schedule.plan(updates=len(row))(np.arange(len(row))) == pytest.approx(row, abs=6e-4)


def test_refusals():
    with pytest.raises(ScheduleError, match="warmup_type='exp' is unknown"):
        WarmupLR(warmup_type="exp")
    with pytest.raises(ScheduleError, match="pass base_lr=… of the optimizer"):
        WarmupLR(warmup_min_lr=1e-5)
    with pytest.raises(ScheduleError, match="warmup_num_steps = 0"):
        WarmupLR(warmup_num_steps=0)
    with pytest.raises(ScheduleError, match="total_num_steps=4 leaves no step"):
        WarmupDecayLR(4, warmup_num_steps=4)
