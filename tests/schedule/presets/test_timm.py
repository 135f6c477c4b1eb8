"""timm's presets beside timm's own schedulers, stepped."""

import math
from fractions import Fraction
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, strategies as st
from tests.peers import timm_scheduler

from rampup import Schedule, parse
from rampup.errors import ScheduleError
from rampup.schedule.presets import timm as presets


@pytest.fixture(scope="module")
def peer():
    return timm_scheduler()


def used(peer: ModuleType, name: str, base: float, updates: int, *args: Any, **options: Any):
    """Return the rates that timm's scheduler gives to the updates of a run."""
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=base)
    scheduler = getattr(peer, name)(optimizer, *args, t_in_epochs=False, **options)
    rates = []
    for update in range(updates):
        rates.append(optimizer.param_groups[0]["lr"])
        scheduler.step_update(update + 1)
    return np.array(rates)


def assert_equal(schedule: Schedule, rates: np.ndarray, base: float, skip=()) -> None:
    """Check a whole run, at random access too, and that the text says the same."""
    plan = schedule.plan(updates=len(rates))
    k = np.array([k for k in range(len(rates)) if k not in skip], dtype=int)
    rates = rates[k]
    assert np.abs(plan.lr(k, base=base) - rates).max() <= 1e-12 * base
    assert plan(int(k[-1])) == pytest.approx(rates[-1] / base, abs=1e-12)
    assert parse(str(schedule)) == schedule


bases = st.floats(1e-6, 10)
shares = st.floats(0, 1)
lengths = st.integers(1, 60)
warmups = st.integers(0, 30)


@given(bases, lengths, warmups, shares, shares, st.booleans(), st.sampled_from([1.0, 1.5, 0.7]))
def test_cosine(peer, base, t_initial, warmup_t, floor, first, prefix, k_decay):
    options = {
        "lr_min": floor * base,
        "warmup_t": warmup_t,
        "warmup_lr_init": first * base,
        "warmup_prefix": prefix,
        "k_decay": k_decay,
    }
    rates = used(peer, "CosineLRScheduler", base, 100, t_initial, **options)
    schedule = presets.CosineLRScheduler(t_initial, t_in_epochs=False, base_lr=base, **options)
    assert_equal(schedule, rates, base)


def missed(t_initial: int, mul: float, shift: int, updates: int) -> set[int]:
    """Return the updates for which timm's logarithm finds another cycle than arithmetic does."""
    if mul == 1:
        return set()
    wrong, begin, length, cycle = set(), Fraction(0), Fraction(t_initial), 0
    for t in range(updates - shift):
        while t >= begin + length:
            begin, length, cycle = begin + length, length * Fraction(repr(mul)), cycle + 1
        if math.floor(math.log(1 - t / t_initial * (1 - mul), mul)) != cycle:
            wrong.add(t + shift)
    return wrong


muls = st.sampled_from([1.0, 2.0, 1.1, 1.25, 1.5, 2.7, 3.0])
cycles = st.tuples(muls, st.floats(0.5, 1), st.integers(2, 4))


@given(bases, st.integers(1, 15), warmups, shares, st.booleans(), cycles)
@pytest.mark.parametrize("name", ["CosineLRScheduler", "TanhLRScheduler", "PolyLRScheduler"])
def test_cycles(peer, name, base, t_initial, warmup_t, floor, prefix, cycle):
    mul, peak, limit = cycle
    options = {
        # below the lowest peak, where timm would rise
        "lr_min": floor * base * peak**limit,
        "cycle_mul": mul,
        "cycle_decay": peak,
        "cycle_limit": limit,
        "warmup_t": warmup_t,
        "warmup_prefix": prefix,
    }
    shift = warmup_t * prefix
    whole = math.ceil(t_initial * sum(Fraction(repr(mul)) ** i for i in range(limit))) + shift
    updates = max(whole, warmup_t) + 20
    skip = missed(t_initial, mul, shift, updates)
    # where it is missed at the end of the warmup, all of a tanh's warmup is another
    assume(name != "TanhLRScheduler" or prefix or warmup_t not in skip)
    schedule = getattr(presets, name)(t_initial, t_in_epochs=False, base_lr=base, **options)
    rates = used(peer, name, base, updates, t_initial, **options)
    assert_equal(schedule, rates, base, skip)
    if whole > warmup_t:
        assert_equal(schedule, rates[:whole], base, skip)


@pytest.mark.parametrize("name", ["CosineLRScheduler", "TanhLRScheduler", "PolyLRScheduler"])
def test_a_peak_below_the_floor_is_held_at_the_floor(peer, name):
    options = {"lr_min": 0.3, "cycle_decay": 0.4, "cycle_limit": 3}
    plan = getattr(presets, name)(5, t_in_epochs=False, base_lr=1.0, **options).plan(updates=18)
    rates = used(peer, name, 1.0, 18, 5, **options)
    np.testing.assert_allclose(plan(np.arange(10)), rates[:10])
    assert rates[10:15].max() < 0.3 == plan(10) == plan(14)


def test_milestones_that_are_not_in_order_are_refused_at_once(peer):
    # of 8 and 4, timm finds both at 4
    assert used(peer, "MultiStepLRScheduler", 1.0, 9, [8, 4], 0.5)[3] == 0.25
    with pytest.raises(ScheduleError) as refusal:
        presets.MultiStepLRScheduler([8, 4], 0.5)
    assert str(refusal.value) == "decay_t = [8, 4] must be in order; timm halves it to search"
    with pytest.raises(ScheduleError, match=r"a milestone of decay_t = '8' must be a whole number"):
        presets.MultiStepLRScheduler(["8"], 0.5)


def test_few_restarts_are_missed():
    assert missed(10, 1.5, 0, 1300) == missed(7, 2.0, 0, 1300) == set()
    assert all(len(missed(n, mul, 0, 1300)) < 6 for n in range(1, 16) for mul in (1.1, 2.7, 3.0))


@given(bases, lengths, warmups, shares, shares, st.booleans(), st.floats(-9, -1), st.floats(1, 5))
def test_tanh(peer, base, t_initial, warmup_t, floor, first, prefix, lb, ub):
    options = {
        "lb": lb,
        "ub": ub,
        "lr_min": floor * base,
        "warmup_t": warmup_t,
        "warmup_lr_init": first * base,
        "warmup_prefix": prefix,
    }
    rates = used(peer, "TanhLRScheduler", base, 100, t_initial, **options)
    schedule = presets.TanhLRScheduler(t_initial, t_in_epochs=False, base_lr=base, **options)
    assert_equal(schedule, rates, base)


powers = st.floats(0.2, 4)


@given(bases, lengths, warmups, shares, shares, st.booleans(), powers, st.just(1.0) | powers)
def test_poly(peer, base, t_initial, warmup_t, floor, first, prefix, power, k_decay):
    options = {
        "power": power,
        "k_decay": k_decay,
        "lr_min": floor * base,
        "warmup_t": warmup_t,
        "warmup_lr_init": first * base,
        "warmup_prefix": prefix,
    }
    rates = used(peer, "PolyLRScheduler", base, 100, t_initial, **options)
    schedule = presets.PolyLRScheduler(t_initial, t_in_epochs=False, base_lr=base, **options)
    assert_equal(schedule, rates, base)


@given(bases, lengths, warmups, shares, shares, st.booleans())
def test_step(peer, base, decay_t, warmup_t, first, rate, prefix):
    options = {"warmup_t": warmup_t, "warmup_lr_init": first * base, "warmup_prefix": prefix}
    rates = used(peer, "StepLRScheduler", base, 200, decay_t, rate, **options)
    schedule = presets.StepLRScheduler(decay_t, rate, t_in_epochs=False, base_lr=base, **options)
    assert_equal(schedule, rates, base)


@given(bases, st.lists(st.integers(0, 90), max_size=5), warmups, shares, shares, st.booleans())
def test_multistep(peer, base, milestones, warmup_t, first, rate, prefix):
    options = {"warmup_t": warmup_t, "warmup_lr_init": first * base, "warmup_prefix": prefix}
    decay_t = sorted(milestones)
    rates = used(peer, "MultiStepLRScheduler", base, 200, decay_t, rate, **options)
    schedule = presets.MultiStepLRScheduler(
        decay_t, rate, t_in_epochs=False, base_lr=base, **options
    )
    assert_equal(schedule, rates, base)


shapes = st.sampled_from(["linear", "1-sqrt", "cosine", "exp", "power"])


@given(bases, lengths, shares, warmups, shares, shares, shapes, st.floats(0.01, 0.9), powers)
def test_wsd(peer, base, t_initial, share, warmup_t, floor, first, decay_fn, decay_ratio, power):
    options = {
        "decay_t": max(1, round(share * t_initial)),
        "lr_min": floor * base,
        "decay_fn": decay_fn,
        "decay_ratio": decay_ratio,
        "decay_power": power,
        "warmup_t": warmup_t,
        "warmup_lr_init": first * base,
    }
    rates = used(peer, "WSDLRScheduler", base, 100, t_initial, **options)
    schedule = presets.WSDLRScheduler(t_initial, t_in_epochs=False, base_lr=base, **options)
    assert_equal(schedule, rates, base)


@given(
    bases, lengths, shares, st.integers(1, 30), st.none() | lengths | st.floats(0.1, 50), shares,
    shapes, st.booleans(), powers,
)  # fmt: skip
def test_falling_stable(
    peer, base, t_initial, share, warmup_t, timescale, floor, decay_fn, rsqrt, power
):
    options = {
        "decay_t": max(1, round(share * t_initial)),
        "lr_min": floor * base,
        "stable_fn": "rsqrt" if rsqrt else "power",
        "stable_timescale": timescale,
        "stable_power": power,
        "decay_power": power,
        "decay_fn": decay_fn,
        "warmup_t": warmup_t,
    }
    rates = used(peer, "WSDLRScheduler", base, 100, t_initial, **options)
    schedule = presets.WSDLRScheduler(t_initial, t_in_epochs=False, base_lr=base, **options)
    assert_equal(schedule, rates, base)


# the factor of updates 0, 1, 2 … that timm 1.0.31 was seen to use; three decimals
ROWS = [
    (
        presets.CosineLRScheduler(10, warmup_t=4, t_in_epochs=False),
        [0, 0.25, 0.5, 0.75, 0.655, 0.5, 0.345, 0.206, 0.095, 0.024, 0, 0],
    ),
    (
        presets.CosineLRScheduler(6, warmup_t=4, warmup_prefix=True, t_in_epochs=False),
        [0, 0.25, 0.5, 0.75, 1, 0.933, 0.75, 0.5, 0.25, 0.067, 0, 0],
    ),
    (
        presets.TanhLRScheduler(10, warmup_t=4, t_in_epochs=False),
        [0, 0.249, 0.499, 0.748, 0.998, 0.982, 0.881, 0.5, 0.119, 0.018, 0, 0],
    ),
    (
        presets.WSDLRScheduler(6, 4, warmup_t=4, t_in_epochs=False),
        [0, 0.25, 0.5, 0.75, 1, 1, 1, 0.5, 0.293, 0.134, 0, 0],
    ),
    (
        presets.WSDLRScheduler(
            6, 2, stable_fn="rsqrt", decay_fn="linear", warmup_t=4, t_in_epochs=False
        ),
        [0, 0.25, 0.5, 0.75, 1, 0.894, 0.816, 0.756, 0.707, 0.333, 0, 0],
    ),
]


@pytest.mark.parametrize(
    ("schedule", "row"), ROWS, ids=["cosine", "prefix", "tanh", "wsd", "rsqrt"]
)
def test_recorded_rows(schedule, row):
    assert schedule.plan(updates=len(row))(np.arange(len(row))) == pytest.approx(row, abs=6e-4)


@pytest.mark.parametrize(
    "make",
    [
        lambda **o: presets.CosineLRScheduler(6, warmup_t=2, **o),
        lambda **o: presets.TanhLRScheduler(6, warmup_t=2, warmup_prefix=True, **o),
        lambda **o: presets.StepLRScheduler(2, 0.5, warmup_t=2, **o),
        lambda **o: presets.MultiStepLRScheduler([3, 5], 0.5, warmup_t=2, **o),
        lambda **o: presets.WSDLRScheduler(6, 2, stable_fn="rsqrt", warmup_t=2, **o),
        lambda **o: presets.WSDLRScheduler(
            6, 2, 0.1, "power", 2.5, 0.7, "power", 1.5, warmup_t=2, base_lr=1.0, **o
        ),
        lambda **o: presets.PolyLRScheduler(
            2, 1.5, 0.1, 1.5, 0.9, 3, warmup_t=2, k_decay=0.7, base_lr=1.0, **o
        ),
    ],
    ids=["cosine", "tanh", "step", "multistep", "rsqrt", "power", "cycles"],
)
def test_epochs_are_stairs(make):
    per_epoch = make(t_in_epochs=True).plan(updates=50, updates_per_epoch=5)
    per_update = make(t_in_epochs=False).plan(updates=10)
    k = np.arange(50)
    assert per_epoch(k) == pytest.approx(per_update(k // 5), abs=1e-12)


def test_refusals():
    with pytest.raises(ScheduleError, match=r"pass base_lr=… of the optimizer"):
        presets.CosineLRScheduler(10, lr_min=1e-5)
    with pytest.raises(ScheduleError, match=r"restarts times 0\.5: periods cannot shrink"):
        presets.CosineLRScheduler(10, cycle_mul=0.5, cycle_limit=2)
    with pytest.raises(ScheduleError, match=r"decay_t = 2.5"):
        presets.StepLRScheduler(2.5)
    with pytest.raises(ScheduleError, match=r"decay_t=7 must be above 0 and at most t_initial=6"):
        presets.WSDLRScheduler(6, 7)
    with pytest.raises(ScheduleError, match="decay_fn='square' is no preset"):
        presets.WSDLRScheduler(6, 2, decay_fn="square")
    with pytest.raises(ScheduleError, match="stable_fn='linear' is unknown"):
        presets.WSDLRScheduler(6, 2, stable_fn="linear")
    with pytest.raises(ScheduleError, match="stable_fn='rsqrt' needs a stable_timescale above 0"):
        presets.WSDLRScheduler(6, 2, stable_fn="rsqrt")
