"""mmengine's presets beside its recursions written down again, and rows seen in use."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from rampup import parse
from rampup.errors import ScheduleError
from rampup.schedule.presets.mmengine import ConstantLR, CosineAnnealingLR, LinearLR, PolyLR

# each takes the rate, the step within the window, the window's length and the base rate


def constant(factor):
    def value(lr, i, n, base):
        if i == 0:
            return lr * factor
        return lr * (1.0 / factor) if i == n - 1 else lr

    return value


def linear(start, end):
    def value(lr, i, n, base):
        if i == 0:
            return lr * start
        return lr * (1.0 + (end - start) / ((n - 1) * start + (i - 1) * (end - start)))

    return value


def cosine(low, most=None):
    def value(lr, i, n, base):
        steps = most or n
        if i == 0:
            return lr
        if (i - 1 - steps) % (2 * steps) == 0:
            return lr + (base - low) * (1 - math.cos(math.pi / steps)) / 2
        ratio = (1 + math.cos(math.pi * i / steps)) / (1 + math.cos(math.pi * (i - 1) / steps))
        return ratio * (lr - low) + low

    return value


def poly(low, power):
    def value(lr, i, n, base):
        return lr if i == 0 else (lr - low) * (1 - 1 / (n - i)) ** power + low

    return value


def used(base, steps, *schedulers):
    """Return the rates of a run under schedulers `(value, begin, end)`."""
    rates, lr = [], base
    for step in range(steps):
        for value, begin, end in schedulers:
            if begin <= step < end:
                lr = value(lr, step - begin, end - begin, base)
        rates.append(lr)
    return np.array(rates)


def assert_equal(schedule, theirs, base):
    plan = schedule.plan(updates=len(theirs))
    assert np.abs(plan.lr(np.arange(len(theirs)), base=base) - theirs).max() <= 1e-12 * base
    assert parse(str(schedule)) == schedule


bases = st.floats(1e-4, 10)
shares = st.floats(0, 1)
some = st.floats(1e-3, 1)
begins = st.integers(0, 60)
windows = st.integers(2, 150)


@given(bases, some, begins, windows)
def test_constant(base, factor, begin, n):
    end = begin + n
    theirs = used(base, end + 20, (constant(factor), begin, end))
    assert_equal(ConstantLR(factor, begin, end, by_epoch=False), theirs, base)


@given(bases, some, some, begins, windows)
def test_linear(base, start, last, begin, n):
    end = begin + n
    theirs = used(base, end + 20, (linear(start, last), begin, end))
    assert_equal(LinearLR(start, last, begin, end, by_epoch=False), theirs, base)


@given(bases, shares, begins, windows, st.integers(0, 60))
def test_cosine(base, low, begin, n, longer):
    end = begin + n
    theirs = used(base, end + 20, (cosine(low * base, n + longer), begin, end))
    window = {"begin": begin, "end": end, "by_epoch": False}
    schedule = CosineAnnealingLR(n + longer, low * base, base_lr=base, **window)
    assert_equal(schedule, theirs, base)
    assert_equal(CosineAnnealingLR(n + longer, eta_min_ratio=low, **window), theirs, base)


@given(bases, shares, begins, windows, st.floats(0.2, 4))
def test_poly(base, low, begin, n, power):
    end = begin + n
    theirs = used(base, end + 20, (poly(low * base, power), begin, end))
    schedule = PolyLR(low * base, power, begin, end, by_epoch=False, base_lr=base)
    assert_equal(schedule, theirs, base)


@given(bases, some, shares, windows, windows, st.integers(0, 20), st.booleans())
def test_windows_behind_each_other(base, start, low, warm, n, gap, is_cosine):
    begin, end = warm + gap, warm + gap + n
    value = cosine(low * base) if is_cosine else poly(low * base, 2.0)
    theirs = used(base, end + 20, (linear(start, 1.0), 0, warm), (value, begin, end))
    window = {"begin": begin, "end": end, "by_epoch": False, "base_lr": base}
    if is_cosine:
        fall = CosineAnnealingLR(eta_min=low * base, **window)
    else:
        fall = PolyLR(low * base, 2.0, **window)
    assert_equal(LinearLR(start, end=warm, by_epoch=False) * fall, theirs, base)


@given(bases, some, windows, begins, windows)
def test_windows_that_overlap(base, start, warm, begin, n):
    end = begin + n
    schedulers = (linear(start, 1.0), 0, warm), (cosine(0.0), begin, end)
    theirs = used(base, max(warm, end) + 20, *schedulers)
    rise = LinearLR(start, end=warm, by_epoch=False)
    assert_equal(rise * CosineAnnealingLR(begin=begin, end=end, by_epoch=False), theirs, base)


def test_a_shorter_period_holds_where_mmengine_rises():
    plan = CosineAnnealingLR(4, end=10, by_epoch=False).plan(updates=20)
    assert plan(4) == plan(9) == plan(19) == 0.0


@pytest.mark.parametrize("kind", ["linear", "cosine", "poly", "constant"])
def test_epochs(kind):
    make = {
        "linear": lambda **o: LinearLR(0.25, begin=1, end=5, **o),
        "cosine": lambda **o: CosineAnnealingLR(begin=1, end=5, **o),
        "poly": lambda **o: PolyLR(begin=1, end=5, **o),
        "constant": lambda **o: ConstantLR(0.5, begin=1, end=5, **o),
    }[kind]
    k = np.arange(80)
    stairs = make().plan(updates=80, updates_per_epoch=10)
    assert stairs(k) == pytest.approx(make(by_epoch=False).plan(updates=8)(k // 10), abs=1e-12)


def test_converted_epochs():
    converted = LinearLR(0.25, end=4, convert_to_iter_based=True)
    plan = converted.plan(updates=50, updates_per_epoch=10)
    expected = LinearLR(0.25, end=40, by_epoch=False).plan(updates=50)
    assert plan(np.arange(50)) == pytest.approx(expected(np.arange(50)), abs=1e-12)


ROWS = {
    "cosine": (
        LinearLR(0.001, end=4, by_epoch=False) * CosineAnnealingLR(begin=4, end=10, by_epoch=False),
        [0.001, 0.334, 0.667, 1, 1, 0.933, 0.75, 0.5, 0.25, 0.067, 0.067, 0.067],
    ),
    "poly": (
        LinearLR(0.25, end=4, by_epoch=False) * PolyLR(begin=4, end=10, by_epoch=False),
        [0.25, 0.5, 0.75, 1, 1, 0.8, 0.6, 0.4, 0.2, 0, 0, 0],
    ),
    "constant": (ConstantLR(0.5, end=3, by_epoch=False), [0.5, 0.5, 1, 1]),
    "for ever": (ConstantLR(0.5, begin=1, by_epoch=False), [1, 0.5, 0.5, 0.5]),
}


@pytest.mark.parametrize("name", ROWS)
def test_recorded_rows(name):
    schedule, row = ROWS[name]
    assert schedule.plan(updates=len(row))(np.arange(len(row))) == pytest.approx(row, abs=6e-4)


def test_refusals():
    with pytest.raises(ScheduleError, match="LinearLR of a window without end"):
        LinearLR()
    with pytest.raises(ScheduleError, match="end=4 must be behind begin=4"):
        PolyLR(begin=4, end=4)
    with pytest.raises(ScheduleError, match="a line from 0 to 0"):
        LinearLR(0.0, 0.0, end=4)
    with pytest.raises(ScheduleError, match="say the same"):
        CosineAnnealingLR(eta_min=0.1, eta_min_ratio=0.1, end=4)
    with pytest.raises(ScheduleError, match="one update before an epoch does"):
        ConstantLR(end=4, convert_to_iter_based=True)
