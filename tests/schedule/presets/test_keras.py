"""keras's presets beside keras itself, and beside a row that it was seen to use where it is not."""

import os
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from rampup import parse
from rampup.errors import ScheduleError
from rampup.schedule.presets import keras as presets


@pytest.fixture(scope="module")
def peer():
    """keras.optimizers.schedules on whichever backend is there."""
    if "KERAS_BACKEND" not in os.environ:
        os.environ["KERAS_BACKEND"] = "torch" if find_spec("torch") else "jax"
    keras = pytest.importorskip("keras", reason="keras is not installed; pip install keras==3.15.1")
    return keras.optimizers.schedules


def assert_equal(peer, name, options, peak, updates=60, skip=()):
    schedule = getattr(presets, name)(**options)
    theirs = getattr(peer, name)(**options)
    k = np.array([at for at in range(updates) if at not in skip])
    used = np.array([float(theirs(at)) for at in k])
    ours = schedule.plan(updates=updates).lr(k, base=peak)
    assert np.abs(ours - used).max() <= 1e-6 * peak
    assert parse(str(schedule)) == schedule


peaks = st.floats(1e-5, 10)
shares = st.floats(0, 1)
lengths = st.integers(1, 40)
few = settings(max_examples=10, deadline=None)


@few
@given(peaks, shares, st.integers(0, 15), lengths, shares)
def test_cosine(peer, peak, first, warm, steps, alpha):
    said = {"initial_learning_rate": peak, "decay_steps": steps, "alpha": alpha}
    assert_equal(peer, "CosineDecay", said, peak)
    assert_equal(peer, "CosineDecay", {**said, "warmup_steps": warm}, peak)
    said |= {"initial_learning_rate": first * peak, "warmup_target": peak, "warmup_steps": warm}
    assert_equal(peer, "CosineDecay", said, peak)


@few
@given(
    peaks, st.integers(1, 20), st.sampled_from([1.0, 1.5, 2.0, 2.5, 3.0]), shares,
    st.just(1.0) | shares,
)  # fmt: skip
def test_restarts(peer, peak, period, t_mul, floor, m_mul):
    said = {"initial_learning_rate": peak, "first_decay_steps": period, "t_mul": t_mul}
    said |= {"alpha": floor, "m_mul": m_mul}
    # the logarithm of keras may miss a restart
    starts = {period * sum(t_mul**i for i in range(n)) for n in range(1, 60)}
    assert_equal(peer, "CosineDecayRestarts", said, peak, skip=starts)


@few
@given(peaks, lengths, st.floats(0.05, 1), st.booleans(), st.floats(0.5, 50))
def test_decays(peer, peak, steps, rate, staircase, timescale):
    steps += staircase  # stairs of one update would all be skipped
    said = {"initial_learning_rate": peak, "decay_steps": steps, "decay_rate": rate}
    # float32 may put a step one update early
    skip = range(0, 60, steps) if staircase else ()
    assert_equal(peer, "ExponentialDecay", {**said, "staircase": staircase}, peak, skip=skip)
    assert_equal(peer, "InverseTimeDecay", {**said, "staircase": staircase}, peak, skip=skip)
    said |= {"decay_steps": timescale, "decay_rate": 3.0 * rate}
    assert_equal(peer, "InverseTimeDecay", said, peak)


@few
@given(st.sets(st.integers(0, 50), min_size=1, max_size=4), st.data())
def test_piecewise(peer, boundaries, data):
    count = len(boundaries) + 1
    values = data.draw(st.lists(st.floats(1e-3, 10), min_size=count, max_size=count))
    said = {"boundaries": sorted(boundaries), "values": values}
    assert_equal(peer, "PiecewiseConstantDecay", said, max(values))


@few
@given(peaks, lengths, shares, st.floats(0.5, 3), st.booleans())
def test_polynomial(peer, peak, steps, last, power, cycle):
    said = {"initial_learning_rate": peak, "decay_steps": steps, "power": power}
    said["cycle"] = cycle
    assert_equal(peer, "PolynomialDecay", {**said, "end_learning_rate": last * peak}, peak)


def test_a_recorded_row():
    row = [0, 0.25, 0.5, 0.75, 1, 0.933, 0.75, 0.5, 0.25, 0.067, 0, 0]
    schedule = presets.CosineDecay(0.0, 6, warmup_target=1.0, warmup_steps=4)
    assert schedule.plan(updates=12)(np.arange(12)) == pytest.approx(row, abs=6e-4)


def test_refusals():
    with pytest.raises(ScheduleError, match=r"restarts times 0\.5: periods cannot shrink"):
        presets.CosineDecayRestarts(0.1, 10, t_mul=0.5)
    with pytest.raises(ScheduleError, match=r"decay_steps = 2\.5 must be a whole number"):
        presets.InverseTimeDecay(0.1, 2.5, 0.5, staircase=True)
    with pytest.raises(ScheduleError, match=r"decay_steps = -0\.5 must be above 0"):
        presets.InverseTimeDecay(0.1, -0.5, 0.5)
    with pytest.raises(ScheduleError, match="3 values need 2 boundaries, not 1"):
        presets.PiecewiseConstantDecay([3], [1.0, 0.5, 0.1])
    with pytest.raises(ScheduleError, match="must ascend"):
        presets.PiecewiseConstantDecay([3, 3], [1.0, 0.5, 0.1])
