"""presets.pytorch_optimizer against pytorch_optimizer itself, stepped behind each update."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, strategies as st
from tests.refused import refused

from rampup import Schedule, parse
from rampup.errors import ScheduleError
from rampup.schedule.presets import pytorch_optimizer as presets

peer = pytest.importorskip("pytorch_optimizer.lr_scheduler", reason="parity is with the peer")

warmups = st.integers(0, 30)
lengths = st.integers(1, 40)
shares = st.integers(0, 100).map(lambda percent: percent / 100)
rates = st.floats(-6, 1).map(lambda exponent: 10.0**exponent)


def used(make: Callable[[torch.optim.Optimizer], Any], base: float, updates: int) -> np.ndarray:
    """Return the rate read immediately before each optimizer step."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
    scheduler = make(optimizer)
    rates = []
    for _ in range(updates):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        scheduler.step()
    return np.array(rates)


def assert_parity(schedule: Schedule, expected: np.ndarray, base: float, run: int = 0) -> None:
    """Compare as many rates as are expected, planned for a run of as many updates, or of `run`."""
    assert parse(str(schedule)) == schedule
    k = np.arange(len(expected))
    actual = base * schedule.plan(updates=run or len(k))(k)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-12 * base)


@pytest.mark.parametrize("name", ["LinearScheduler", "CosineScheduler"])
@given(warm=warmups, fall=lengths, low=shares, init=shares, same=st.booleans(), peak=rates)
def test_linear_and_cosine_scheduler(
    name: str, warm: int, fall: int, low: float, init: float, same: bool, peak: float
) -> None:
    total = warm + fall
    options = {"min_lr": low * peak, "init_lr": (low if same else init) * peak}
    schedule = getattr(presets, name)(total, peak, **options, warmup_steps=warm)
    make = lambda o: getattr(peer, name)(o, total, peak, **options, warmup_steps=warm)  # noqa: E731
    expected = used(make, 1.0, total + 2)
    assert_parity(schedule, expected[:total], peak)
    plan = schedule.plan(updates=total + 2)
    if warm and same:
        # the lag itself goes on behind t_max, up to the update that ends the fall
        assert_parity(schedule, expected, peak)
    assert plan(total + 1) == plan(total + 5) == pytest.approx(low, abs=1e-12)


@given(warm=warmups, order=st.floats(0.1, 3), low=shares, init=shares, peak=rates)
def test_poly_scheduler(warm: int, order: float, low: float, init: float, peak: float) -> None:
    options = {"t_max": 50, "max_lr": peak, "min_lr": low * peak, "init_lr": init * peak}
    schedule = presets.PolyScheduler(order, **options, warmup_steps=warm)
    make = lambda o: peer.PolyScheduler(o, order, **options, warmup_steps=warm)  # noqa: E731
    expected = used(make, 1.0, warm + 4)
    # i = 1 is the last update at which the peer does not exceed its own max_lr
    assert_parity(schedule, expected[: warm + 3], peak)
    assert schedule.plan(updates=warm + 4)(warm + 3) == 1.0
    assert expected[-1] >= peak * (1 - 1e-12)


@given(total=lengths, more=lengths, low=shares, peak=rates)
def test_rex_scheduler(total: int, more: int, low: float, peak: float) -> None:
    schedule = presets.REXScheduler(total, peak, low * peak)
    make = lambda o: peer.REXScheduler(o, total, peak, low * peak)  # noqa: E731
    assert_parity(schedule, used(make, 1.0, total + more), peak)


@given(
    warm=st.integers(0, 6),
    fall=st.integers(1, 10),
    mult=st.sampled_from([1.0, 1.5, 2, 3.0, 0.5, 1.1]),
    low=shares,
    gamma=shares,
    updates=st.integers(1, 90),
    peak=rates,
)
def test_cosine_annealing_warmup_restarts(
    warm: int, fall: int, mult: float, low: float, gamma: float, updates: int, peak: float
) -> None:
    options = {"cycle_mult": mult, "max_lr": peak, "min_lr": low * peak, "gamma": gamma}
    options["warmup_steps"] = warm
    assume(updates > warm)
    schedule = presets.CosineAnnealingWarmupRestarts(warm + fall, **options, updates=updates)
    make = lambda o: peer.CosineAnnealingWarmupRestarts(o, warm + fall, **options)  # noqa: E731
    # where gamma brings the peak below min_lr, the peer turns the cycle upside down
    expected = np.maximum(used(make, 1.0, updates), low * peak)
    assert_parity(schedule, expected, peak)


@given(
    warm=warmups,
    stable=warmups,
    fall=lengths,
    more=lengths,
    low=shares,
    kind=st.sampled_from(["cosine", "1-sqrt", "linear", "1-square"]),
    cycles=st.sampled_from([0.5, 1, 1.5, 2.3]),
    base=rates,
)
def test_wsd_schedule(
    warm: int, stable: int, fall: int, more: int, low: float, kind: str, cycles: float, base: float
) -> None:
    options = {"min_lr_ratio": low, "num_cycles": cycles, "cooldown_type": kind}
    schedule = presets.get_wsd_schedule(warm, stable, fall, **options)
    make = lambda o: peer.get_wsd_schedule(o, warm, stable, fall, **options)  # noqa: E731
    total = warm + stable + fall
    expected = used(make, base, total + more)
    assert_parity(schedule, expected[:total], base)
    assert_parity(schedule, expected, base)
    assert schedule.plan(updates=total)(total) == low


@given(epochs=st.integers(1, 70), more=lengths, base=rates, warm=st.booleans())
def test_chebyshev_schedule(epochs: int, more: int, base: float, warm: bool) -> None:
    schedule = presets.get_chebyshev_schedule(epochs, warm)
    make = lambda o: peer.get_chebyshev_schedule(o, epochs, warm)  # noqa: E731
    expected = used(make, base, epochs)
    assert_parity(schedule, expected, base)
    plan = schedule.plan(updates=epochs + more)
    assert plan(epochs + more) == plan(epochs - 1)


# rates that pytorch_optimizer 4.1.0 was seen to use, for max_lr 1, W = 4 and 10 updates
ROWS = {
    "LinearScheduler": (
        presets.LinearScheduler(10, 1.0, warmup_steps=4),
        [0, 0, 0.25, 0.5, 0.75, 1, 0.833, 0.667, 0.5, 0.333, 0.167, 0],
    ),
    "CosineScheduler": (
        presets.CosineScheduler(10, 1.0, warmup_steps=4),
        [0, 0, 0.25, 0.5, 0.75, 1, 0.933, 0.75, 0.5, 0.25, 0.067, 0],
    ),
    "REXScheduler": (
        presets.REXScheduler(10),
        [0, 0.947, 0.889, 0.824, 0.75, 0.667, 0.571, 0.462, 0.333, 0.182, 0, 0],
    ),
    "get_wsd_schedule": (
        presets.get_wsd_schedule(4, 3, 3, min_lr_ratio=0.1),
        [0, 0.25, 0.5, 0.75, 1, 1, 1, 1, 0.423, 0.184, 0.1, 0.1],
    ),
}


@pytest.mark.parametrize(("schedule", "row"), ROWS.values(), ids=ROWS)
def test_recorded_rates(schedule: Schedule, row: list[float]) -> None:
    plan = schedule.plan(updates=12)
    assert [plan(k) for k in range(12)] == pytest.approx(row, abs=5.1e-4)


def restarts(**options: Any) -> Schedule:
    return presets.CosineAnnealingWarmupRestarts(**{"first_cycle_steps": 5, "updates": 9} | options)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: presets.LinearScheduler(4, 1.0, warmup_steps=4),
            "warmup_steps = 4 leaves nothing of t_max = 4; shorten the warmup",
        ),
        (
            lambda: presets.CosineScheduler(4, 0.0),
            "max_lr = 0.0 must be a rate above 0, and finite",
        ),
        (
            lambda: presets.CosineScheduler(4, 0.1, min_lr=0.2),
            "min_lr = 0.2 must lie between 0 and max_lr = 0.1",
        ),
        (
            lambda: presets.PolyScheduler(0.0, t_max=4, max_lr=1.0),
            "poly_order = 0.0 must be above 0, and finite",
        ),
        (
            lambda: presets.REXScheduler(0),
            "total_steps = 0 must be a whole number ≥ 1",
        ),
        (
            lambda: restarts(warmup_steps=5),
            "warmup_steps = 5 leaves nothing of first_cycle_steps = 5; shorten the warmup",
        ),
        (
            lambda: restarts(cycle_mult=0.0),
            "cycle_mult = 0.0 must be above 0, and finite",
        ),
        (
            lambda: restarts(gamma=1.1),
            "gamma = 1.1 must lie between 0 and 1",
        ),
        (
            lambda: restarts(updates=0),
            "updates = 0 must be a whole number ≥ 1",
        ),
        (
            lambda: presets.get_wsd_schedule(4, 3, 3, cooldown_type="sqrt"),
            "cooldown_type 'sqrt' is unknown; use one of 'cosine', '1-sqrt', 'linear', '1-square'",
        ),
        (
            lambda: presets.get_wsd_schedule(4, 3, 0),
            "num_decay_steps = 0 must be a whole number ≥ 1",
        ),
        (
            lambda: presets.get_wsd_schedule(4, 3, 3, min_lr_ratio=1.5),
            "min_lr_ratio = 1.5 must lie between 0 and 1",
        ),
        (
            lambda: presets.get_chebyshev_schedule(0),
            "num_epochs = 0 must be a whole number ≥ 1",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(make: Callable[[], Schedule], message: str) -> None:
    assert refused(make, ScheduleError) == message
