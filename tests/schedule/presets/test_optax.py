"""optax's presets beside optax itself, and beside rows that it was seen to use where it is not."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from rampup import parse
from rampup.errors import ScheduleError
from rampup.schedule.presets import optax as presets


@pytest.fixture(scope="module")
def peer():
    """Optax, which brings jax, in float64: its own float32 rounds √(1 − 47 · (1/47)) to 2e-4."""
    optax = pytest.importorskip("optax", reason="optax is not installed; pip install optax==0.2.8")
    import jax

    with jax.enable_x64(True):
        yield optax


def assert_equal(peer, name, options, peak, updates=200, positional=(), each=False):
    schedule = getattr(presets, name)(*positional, **options)
    k = np.arange(updates)
    used = getattr(peer, name)(*positional, **options)
    theirs = np.array([float(used(at)) for at in k] if each else used(k), dtype=np.float64)
    ours = schedule.plan(updates=updates).lr(k, base=peak)
    assert np.abs(ours - np.broadcast_to(theirs, k.shape)).max() <= 1e-12 * peak
    assert parse(str(schedule)) == schedule


peaks = st.floats(1e-5, 10)
shares = st.floats(0, 1)
warmups = st.integers(1, 60)
lengths = st.integers(1, 100)
few = settings(max_examples=25, deadline=None)


@few
# the 1e-16 that jax leaves of 1 − 49 · (1/49) is 1e-8 at a power of ½
@given(peaks, shares, st.booleans(), lengths, st.integers(0, 50), st.floats(0.8, 3))
def test_polynomial(peer, peak, share, rising, steps, begin, power):
    ends = (share * peak, peak) if rising else (peak, share * peak)
    said = dict(zip(("init_value", "end_value"), ends, strict=True))
    said |= {"transition_steps": steps, "transition_begin": begin}
    assert_equal(peer, "linear_schedule", said, peak)
    said["power"] = power
    assert_equal(peer, "polynomial_schedule", said, peak)


@few
@given(peaks, st.dictionaries(st.integers(1, 150), st.floats(0, 2), max_size=4))
def test_piecewise_constant(peer, init, scales):
    highest = init * max(np.cumprod([1.0, *(scales[at] for at in sorted(scales))]))
    said = {"init_value": init, "boundaries_and_scales": scales}
    assert_equal(peer, "piecewise_constant_schedule", said, highest)


@few
@given(
    peaks, shares, warmups, lengths, st.floats(0.05, 1) | st.just(1.0), st.integers(0, 50),
    st.booleans(), st.none() | shares,
)  # fmt: skip
def test_exponential(peer, peak, first, warm, steps, rate, begin, staircase, last):
    said = {
        "transition_steps": steps,
        "decay_rate": rate,
        "transition_begin": begin,
        "staircase": staircase,
        "end_value": None if last is None else last * peak,
    }
    assert_equal(peer, "exponential_decay", {"init_value": peak, **said}, peak)
    said |= {"init_value": first * peak, "peak_value": peak, "warmup_steps": warm}
    assert_equal(peer, "warmup_exponential_decay_schedule", said, peak)


def test_what_does_not_fall_is_clipped_from_above_as_in_optax():
    plan = presets.exponential_decay(1.0, 5, 1.0, 4, end_value=0.3).plan(updates=10)
    assert [plan(k) for k in (0, 9)] == [0.3, 0.3]


@few
@given(peaks, shares, warmups, lengths, shares, st.sampled_from([0, 1, 2]) | st.floats(0.2, 5))
def test_cosine(peer, peak, first, warm, steps, last, exponent):
    said = {"init_value": peak, "decay_steps": steps, "alpha": last, "exponent": exponent}
    assert_equal(peer, "cosine_decay_schedule", said, peak)
    said = {"init_value": first * peak, "peak_value": peak, "warmup_steps": warm}
    assert_equal(peer, "warmup_constant_schedule", said, peak)
    said |= {"decay_steps": warm + steps, "end_value": last * peak, "exponent": exponent}
    assert_equal(peer, "warmup_cosine_decay_schedule", said, peak)


@few
@given(st.integers(20, 150), peaks, st.floats(0, 0.4), st.floats(1, 50), st.floats(1, 1e4))
def test_onecycle(peer, steps, peak, share, div, final):
    said = {"transition_steps": steps, "peak_value": peak, "pct_start": share, "div_factor": div}
    said["final_div_factor"] = final
    assert_equal(peer, "cosine_onecycle_schedule", said, peak, each=True)
    assert_equal(peer, "linear_onecycle_schedule", {**said, "pct_final": 0.7}, peak, each=True)


@few
@given(st.lists(st.tuples(peaks, shares, warmups, lengths, shares), min_size=1, max_size=3))
def test_sgdr(peer, drawn):
    cycles = [
        {
            "init_value": first * peak,
            "peak_value": peak,
            "warmup_steps": warm,
            "decay_steps": warm + steps,
            "end_value": last * peak,
        }
        for peak, first, warm, steps, last in drawn
    ]
    highest = max(peak for peak, *_ in drawn)
    assert_equal(peer, "sgdr_schedule", {}, highest, 500, (cycles,))


def test_in_its_own_float32():
    optax = pytest.importorskip("optax", reason="optax is not installed; pip install optax==0.2.8")
    said = {"init_value": 0.1, "peak_value": 3.0, "warmup_steps": 40, "decay_steps": 500}
    theirs = optax.warmup_cosine_decay_schedule(**said)(np.arange(600))
    plan = presets.warmup_cosine_decay_schedule(**said).plan(updates=600)
    assert np.abs(plan.lr(np.arange(600), base=3.0) - np.array(theirs)).max() <= 3e-6


ROWS = {
    "warmup_cosine_decay": (
        presets.warmup_cosine_decay_schedule(0, 1, 4, 10),
        [0, 0.25, 0.5, 0.75, 1, 0.933, 0.75, 0.5, 0.25, 0.067, 0, 0],
    ),
    "cosine_onecycle": (
        presets.cosine_onecycle_schedule(10, 1.0, 0.4),
        [0.04, 0.181, 0.52, 0.859, 1, 0.933, 0.75, 0.5, 0.25, 0.067, 4e-6, 4e-6],
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_recorded_rows(name):
    schedule, row = ROWS[name]
    assert schedule.plan(updates=len(row))(np.arange(len(row))) == pytest.approx(row, abs=6e-4)


def test_edges():
    assert presets.linear_schedule(0.5, 1.0, 0).plan(updates=10)(9) == 0.5
    assert presets.warmup_constant_schedule(0.0, 1.0, 0).plan(updates=10)(0) == 1.0
    assert presets.exponential_decay(1.0, 10, 0.0).plan(updates=99)(98) == 1.0
    scales = {0: 0.5, 4: 0.5}
    assert presets.piecewise_constant_schedule(1.0, scales).plan(updates=9)(4) == 0.5


def test_refusals():
    with pytest.raises(ScheduleError, match=r"cosine\(-1\): power must be above 0"):
        presets.cosine_decay_schedule(1.0, 10, exponent=-1)
    with pytest.raises(ScheduleError, match="decay_steps=4 counts the warmup too"):
        presets.warmup_cosine_decay_schedule(0.0, 1.0, 4, 4)
    with pytest.raises(ScheduleError, match=r"pct_start=1\.0 is update 10"):
        presets.cosine_onecycle_schedule(10, 1.0, 1.0)
    with pytest.raises(ScheduleError, match=r"pct_final=0\.1 is at update 1"):
        presets.linear_onecycle_schedule(10, 1.0, pct_final=0.1)
    with pytest.raises(ScheduleError, match="at least one cycle"):
        presets.sgdr_schedule([])
