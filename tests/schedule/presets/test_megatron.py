"""Megatron's preset beside its formula written down again, and rows seen in use."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from rampup import parse
from rampup.errors import ScheduleError
from rampup.schedule.presets.megatron import OptimizerParamScheduler


def rate(n, init, top, low, warm, end, style, anneal, anneal_style):
    """get_lr of megatron/core/optimizer_param_scheduler.py, for `n` steps done."""
    if warm > 0 and n <= warm:
        return init + (top - init) * float(n) / float(warm)
    if style == "constant":
        return top
    if n > end:
        return low
    if style == "inverse-square-root":
        return max(low, top * max(warm, 1) ** 0.5 / max(n, 1) ** 0.5)
    ratio = float(n - warm) / float(end - warm)
    if style == "linear":
        share = 1.0 - ratio
    elif style == "cosine":
        share = 0.5 * (math.cos(math.pi * ratio) + 1.0)
    elif n <= end - anneal:
        share = 1.0
    else:
        p = float(n - (end - anneal)) / float(anneal)
        share = {
            "linear": 1.0 - p,
            "cosine": 0.5 * (math.cos(math.pi * p) + 1.0),
            "exponential": 2.0 * math.pow(0.5, p) - 1.0,
            "minus_sqrt": 1.0 - math.sqrt(p),
        }[anneal_style]
    return low + share * (top - low)


styles = st.sampled_from(["constant", "linear", "cosine", "inverse-square-root", "WSD"])
anneals = st.sampled_from(["linear", "cosine", "exponential", "minus_sqrt"])


@given(
    st.floats(1e-6, 10),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(0, 300),
    st.integers(1, 500),
    styles,
    st.floats(0, 1),
    anneals,
)
def test_every_update_of_the_run(top, init, low, warm, left, style, share, anneal_style):
    anneal = max(1, round(share * left))
    said = (init * top, top, low * top, warm, warm + left, style, anneal, anneal_style)
    schedule = OptimizerParamScheduler(*said)
    longer = 0 if style == "inverse-square-root" else 20
    updates = warm + left + longer
    if warm:  # a run of nothing but warmup is refused
        updates = max(updates, warm + 1)
    used = schedule.plan(updates=updates).lr(np.arange(updates), base=top)
    theirs = [rate(n, *said) for n in range(updates)]
    assert np.abs(used - theirs).max() <= 1e-12 * top
    assert parse(str(schedule)) == schedule


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 512), styles, anneals)
def test_samples(warm, left, batch, style, anneal_style):
    updates = warm + left
    said = [0.0, 1.0, 0.1, warm * batch, updates * batch, style, left * batch, anneal_style]
    plan = OptimizerParamScheduler(*said, unit="sp").plan(updates=updates, samples_per_update=batch)
    theirs = [rate(n * batch, *said) for n in range(updates)]
    assert plan(np.arange(updates)) == pytest.approx(theirs, abs=1e-12)


ROWS = {
    "linear": [0, 0.25, 0.5, 0.75, 1, 0.833, 0.667, 0.5, 0.333, 0.167, 0, 0],
    "WSD": [0, 0.25, 0.5, 0.75, 1, 1, 1, 1, 0.667, 0.333, 0, 0],
    "inverse-square-root": [0, 0.25, 0.5, 0.75, 1, 0.894, 0.816, 0.756, 0.707, 0.667],
}


@pytest.mark.parametrize("style", ROWS)
def test_recorded_rows(style):
    row = ROWS[style]
    schedule = OptimizerParamScheduler(0.0, 1.0, 0.0, 4, 10, style, 3, "linear")
    assert schedule.plan(updates=len(row))(np.arange(len(row))) == pytest.approx(row, abs=6e-4)


def test_behind_the_end_an_inverse_sqrt_holds_where_megatron_drops():
    schedule = OptimizerParamScheduler(0.0, 1.0, 0.0, 4, 10, "inverse-square-root")
    plan = schedule.plan(updates=20)
    assert plan(9) == plan(10) == plan(19) == pytest.approx(2 / 3)


def test_refusals():
    with pytest.raises(ScheduleError, match="lr_warmup_steps=10 must be below lr_decay_steps=10"):
        OptimizerParamScheduler(0.0, 1.0, 0.0, 10, 10, "linear")
    with pytest.raises(ScheduleError, match=r"min_lr = 2\.0 must lie between 0"):
        OptimizerParamScheduler(0.0, 1.0, 2.0, 4, 10, "linear")
    with pytest.raises(ScheduleError, match="lr_decay_style='WDS' is unknown"):
        OptimizerParamScheduler(0.0, 1.0, 0.0, 4, 10, "WDS")
    with pytest.raises(ScheduleError, match="lr_wsd_decay_style=None is unknown"):
        OptimizerParamScheduler(0.0, 1.0, 0.0, 4, 10, "WSD", 3)
    with pytest.raises(ScheduleError, match="wsd_decay_steps=7 is more than the 6 steps"):
        OptimizerParamScheduler(0.0, 1.0, 0.0, 4, 10, "WSD", 7, "linear")
    with pytest.raises(ScheduleError, match="falls from the first sample on"):
        OptimizerParamScheduler(0.0, 1.0, 0.0, 0, 10, "inverse-square-root", unit="sp")
