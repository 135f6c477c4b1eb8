"""presets.transformers against transformers' own `get_scheduler`, stepped once per update."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, strategies as st

from rampup import Schedule, parse
from rampup.errors import ScheduleError
from rampup.schedule.presets import transformers as presets

optimization = pytest.importorskip(
    "transformers.optimization", reason="parity is with the installed transformers"
)

warm = st.integers(0, 30)
rests = st.integers(1, 50)
shares = st.integers(0, 100).map(lambda percent: percent / 100)
cycles = st.sampled_from([0.5, 1.0, 1.5, 2.0, 3.0]) | st.floats(0.1, 4)
rates = st.floats(-6, 1).map(lambda exponent: 10.0**exponent)


def used(
    name: str, base: float, updates: int, warmup: int | None, total: int | None, **options: Any
) -> list[float]:
    """Return the rate read immediately before each optimizer step."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
    scheduler = optimization.get_scheduler(name, optimizer, warmup, total, options)
    rates = []
    for _ in range(updates):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        scheduler.step()
    return rates


def assert_parity(schedule: Schedule, base: float, expected: list[float]) -> None:
    assert parse(str(schedule)) == schedule
    updates = len(expected)
    actual = base * schedule.plan(updates=updates)(np.arange(updates))
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-12 * base)


@given(w=warm, rest=rests, base=rates)
def test_constant(w: int, rest: int, base: float) -> None:
    assert_parity(presets.constant(), base, used("constant", base, rest, None, None))
    expected = used("constant_with_warmup", base, w + rest, w, None)
    assert_parity(presets.constant_with_warmup(w), base, expected)


@given(w=warm, rest=rests, more=warm, base=rates)
def test_linear(w: int, rest: int, more: int, base: float) -> None:
    expected = used("linear", base, w + rest + more, w, w + rest)
    assert_parity(presets.linear(w, w + rest), base, expected)


@given(w=warm, rest=rests, waves=cycles, base=rates)
def test_cosine(w: int, rest: int, waves: float, base: float) -> None:
    expected = used("cosine", base, w + rest, w, w + rest, num_cycles=waves)
    assert_parity(presets.cosine(w, w + rest, waves), base, expected)


@given(w=warm, rest=rests, more=warm, waves=st.integers(1, 9) | cycles, base=rates)
def test_cosine_with_restarts(w: int, rest: int, more: int, waves: float, base: float) -> None:
    name, updates = "cosine_with_restarts", w + rest + more
    expected = used(name, base, updates, w, w + rest, num_cycles=waves)
    assert_parity(presets.cosine_with_restarts(w, w + rest, waves), base, expected)


@pytest.mark.parametrize("waves", [*range(1, 30), 0.5, 2.5, 4.9, 24.5])
@pytest.mark.parametrize("rest", [10, 49, 90, 98, 103, 210])
def test_restarts_that_rounding_delays(rest: int, waves: float) -> None:
    expected = used("cosine_with_restarts", 1.0, rest + 2, 0, rest, num_cycles=waves)
    assert_parity(presets.cosine_with_restarts(0, rest, waves), 1.0, expected)


def test_some_restart_is_delayed_by_rounding() -> None:
    assert "points" in str(presets.cosine_with_restarts(0, 98, 49))


@given(w=warm, rest=rests, more=warm, power=st.sampled_from([0.5, 1.0, 2]), end=shares, base=rates)
def test_polynomial(w: int, rest: int, more: int, power: float, end: float, base: float) -> None:
    assume(end < 1)
    options = {"lr_end": end * base, "power": power}
    expected = used("polynomial", base, w + rest + more, w, w + rest, **options)
    assert_parity(presets.polynomial(w, w + rest, **options, base_lr=base), base, expected)


@given(w=warm, rest=rests, scale=st.none() | st.integers(1, 100), base=rates)
def test_inverse_sqrt(w: int, rest: int, scale: int | None, base: float) -> None:
    expected = used("inverse_sqrt", base, w + rest, w, None, timescale=scale)
    assert_parity(presets.inverse_sqrt(w, scale), base, expected)


@given(w=warm, rest=rests, waves=cycles, low=shares, base=rates, absolute=st.booleans())
def test_cosine_with_min_lr(
    w: int, rest: int, waves: float, low: float, base: float, absolute: bool
) -> None:
    options = {"num_cycles": waves, "min_lr" if absolute else "min_lr_rate": low}
    if absolute:
        options["min_lr"] = low * base
    expected = used("cosine_with_min_lr", base, w + rest, w, w + rest, **options)
    schedule = presets.cosine_with_min_lr(w, w + rest, **options, base_lr=base)
    assert_parity(schedule, base, expected)


@given(
    w=warm,
    rest=rests,
    waves=st.just(0.5) | cycles,
    low=shares,
    start=st.none() | shares,
    base=rates,
)
def test_cosine_warmup_with_min_lr(
    w: int, rest: int, waves: float, low: float, start: float | None, base: float
) -> None:
    options = {"num_cycles": waves, "min_lr_rate": low, "warmup_lr_rate": start}
    expected = used("cosine_warmup_with_min_lr", base, w + rest, w, w + rest, **options)
    schedule = presets.cosine_warmup_with_min_lr(w, w + rest, **options)
    assert_parity(schedule, base, expected)


@given(
    w=warm,
    stable=st.integers(0, 20),
    fall=rests,
    more=warm,
    rise_type=st.sampled_from(presets.TYPES),
    fall_type=st.sampled_from(presets.TYPES),
    low=shares,
    waves=st.just(0.5) | cycles,
    base=rates,
)
def test_warmup_stable_decay(
    w: int,
    stable: int,
    fall: int,
    more: int,
    rise_type: str,
    fall_type: str,
    low: float,
    waves: float,
    base: float,
) -> None:
    total = w + stable + fall
    options: dict[str, Any] = {
        "num_decay_steps": fall,
        "warmup_type": rise_type,
        "decay_type": fall_type,
        "min_lr_ratio": low,
        "num_cycles": waves,
    }
    schedule = presets.warmup_stable_decay(w, num_training_steps=total, **options)
    expected = used("warmup_stable_decay", base, total + more, w, total, **options)
    assert_parity(schedule, base, expected)
    assert presets.warmup_stable_decay(w, num_stable_steps=stable, **options) == schedule


# rates for base 1, a warmup of 4 and a run of 10 updates, three decimals
ROWS = {
    "linear": (presets.linear(4, 10), "0 .25 .5 .75 1 .833 .667 .5 .333 .167 0 0"),
    "cosine": (presets.cosine(4, 10), "0 .25 .5 .75 1 .933 .75 .5 .25 .067 0 0"),
    "cosine_with_restarts": (
        presets.cosine_with_restarts(4, 10, num_cycles=2),
        "0 .25 .5 .75 1 .75 .25 1 .75 .25 0 0",
    ),
    "polynomial": (
        presets.polynomial(4, 10, lr_end=0.1, base_lr=1.0),
        "0 .25 .5 .75 1 .85 .7 .55 .4 .25 .1 .1",
    ),
    "inverse_sqrt": (
        presets.inverse_sqrt(4),
        "0 .25 .5 .75 1 .894 .816 .756 .707 .667 .632 .603",
    ),
    "cosine_with_min_lr": (
        presets.cosine_with_min_lr(4, 10, min_lr=0.1, base_lr=1.0),
        "0 .25 .5 .75 1 .940 .775 .55 .325 .160 .1 .1",
    ),
    "cosine_warmup_with_min_lr": (
        presets.cosine_warmup_with_min_lr(4, 10, min_lr_rate=0.1),
        ".25 .5 .75 1 .940 .775 .55 .325 .160 .1 .1 .1",
    ),
    "cosine_warmup_with_min_lr, warmup_lr_rate": (
        presets.cosine_warmup_with_min_lr(4, 10, min_lr_rate=0.1, warmup_lr_rate=0.1),
        ".1 .4 .7 1 .940 .775 .55 .325 .160 .1 .1 .1",
    ),
    "warmup_stable_decay": (
        presets.warmup_stable_decay(4, 4, 10),
        "0 .25 .5 .75 1 1 1 .854 .5 .146 0 0",
    ),
    "warmup_stable_decay, 1-sqrt": (
        presets.warmup_stable_decay(4, 4, 10, None, "1-sqrt", "1-sqrt", 0.1),
        ".1 .221 .364 .55 1 1 1 .55 .364 .221 .1 .1",
    ),
}


@pytest.mark.parametrize(("schedule", "row"), ROWS.values(), ids=ROWS)
def test_recorded_rates_and_what_is_held_behind_them(schedule: Schedule, row: str) -> None:
    # an open schedule holds nothing, so its run is as long as the row
    plan = schedule.plan(updates=12)
    expected = [float(rate) for rate in row.split()]
    assert [plan(k) for k in range(12)] == pytest.approx(expected, abs=5.1e-4)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: presets.linear(6, 4), "num_warmup_steps = 6 leaves nothing of"),
        (lambda: presets.linear(-3, 4), "num_warmup_steps = -3 must be a whole number"),
        (lambda: presets.linear(float("nan"), 4), "num_warmup_steps = nan"),  # type: ignore[arg-type]
        (lambda: presets.cosine(4, 10, 0.0), "num_cycles = 0.0 must be above 0"),
        (lambda: presets.cosine_with_restarts(4, 10, 0), "num_cycles = 0 must be above 0"),
        (lambda: presets.polynomial(4, 10), "lr_end = 1e-07 is a rate, not a factor; pass base_lr"),
        (lambda: presets.cosine_with_min_lr(4, 10), "pass one of min_lr"),
        (lambda: presets.cosine_with_min_lr(4, 10, 0.5, 0.1, 0.1), "and not both"),
        (lambda: presets.warmup_stable_decay(4, 4), "pass num_training_steps"),
        (lambda: presets.warmup_stable_decay(4, 8, 10), "leave -2 stable steps"),
        (lambda: presets.warmup_stable_decay(4, 0, 10), "num_decay_steps = 0"),
        (lambda: presets.warmup_stable_decay(4, 4, 10, warmup_type="sqrt"), "warmup_type 'sqrt'"),
    ],
)
def test_what_cannot_be_meant_is_refused(make: Callable[[], Schedule], message: str) -> None:
    with pytest.raises(ScheduleError, match=message):
        make()
