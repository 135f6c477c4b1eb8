"""presets.ignite against pytorch-ignite itself, driven by its engine."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, strategies as st
from tests.refused import refused

from rampup import Schedule, parse, warmup
from rampup.errors import ScheduleError
from rampup.schedule.presets import ignite as presets, torch as torch_presets

handlers = pytest.importorskip("ignite.handlers", reason="parity is with the installed ignite")
engine = pytest.importorskip("ignite.engine")

shares = st.integers(0, 100).map(lambda percent: percent / 100)
rates = st.floats(-6, 1).map(lambda exponent: 10.0**exponent)
runs = st.integers(1, 60)
Make = Callable[[torch.optim.Optimizer], Any]


def used(make: Make, base: float, updates: int) -> np.ndarray:
    """Return the rate read immediately before each optimizer step."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
    rates: list[float] = []

    def update(_engine: Any, _batch: Any) -> None:
        rates.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()

    trainer = engine.Engine(update)
    trainer.add_event_handler(engine.Events.ITERATION_STARTED, make(optimizer))
    trainer.run([0] * updates, max_epochs=1)
    return np.array(rates)


def assert_parity(schedule: Schedule, make: Make, base: float, updates: int) -> None:
    assert parse(str(schedule)) == schedule
    expected = used(make, base, updates)
    actual = base * schedule.plan(updates=updates)(np.arange(updates))
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-12 * base)


@given(
    values=st.tuples(shares, shares),
    size=st.integers(2, 15),
    back=st.integers(0, 5),
    way=st.sampled_from(["cosine", "linear", "linear, monotonic"]),
    mult=st.sampled_from([1.0, 1.5, 2, 0.8]),
    shrinks=st.tuples(shares, shares) | st.just((1.0, 1.0)),
    updates=runs,
    base=rates,
)
def test_cycles(
    values: tuple[float, float],
    size: int,
    back: int,
    way: str,
    mult: float,
    shrinks: tuple[float, float],
    updates: int,
    base: float,
) -> None:
    assume(mult >= 1 or updates < size)
    name = "CosineAnnealingScheduler" if way == "cosine" else "LinearCyclicalScheduler"
    start, end = (value * base for value in values)
    back = 0 if way == "linear" else back
    options = (start, end, size, mult, *shrinks, back)
    only = {"monotonic": True} if way == "linear, monotonic" else {}
    schedule = getattr(presets, name)(*options, **only, updates=updates, base_lr=base)
    make = lambda o: getattr(handlers, name)(o, "lr", *options, **only)  # noqa: E731
    assert_parity(schedule, make, base, updates)


def test_cycles_that_are_all_alike_need_no_length_of_the_run() -> None:
    schedule = presets.CosineAnnealingScheduler(0.1, 0.0, 4, base_lr=0.1)
    make = lambda o: handlers.CosineAnnealingScheduler(o, "lr", 0.1, 0.0, 4)  # noqa: E731
    assert_parity(schedule, make, 0.1, 4)
    assert_parity(schedule, make, 0.1, 30)


def test_without_a_base_rate_factors_are_of_the_highest_value() -> None:
    cycles = presets.CosineAnnealingScheduler(0.1, 0.4, 4, updates=9)
    assert cycles == presets.CosineAnnealingScheduler(0.1, 0.4, 4, updates=9, base_lr=0.4)
    lines = presets.PiecewiseLinear([(0, 0.1), (3, 0.4)])
    assert lines == presets.PiecewiseLinear([(0, 0.1), (3, 0.4)], base_lr=0.4)


@given(
    milestones=st.lists(st.tuples(st.integers(0, 20), shares), min_size=1, max_size=7),
    more=st.integers(1, 10),
    base=rates,
)
def test_piecewise_linear(milestones: list[tuple[int, float]], more: int, base: float) -> None:
    rows = sorted((place, value * base) for place, value in milestones)
    schedule = presets.PiecewiseLinear(rows, base_lr=base)
    make = lambda o: handlers.PiecewiseLinear(o, "lr", rows)  # noqa: E731
    assert_parity(schedule, make, base, rows[-1][0] + more)


@given(
    first=st.integers(1, 12),
    second=st.integers(1, 12),
    values=st.lists(shares, min_size=4, max_size=4),
    more=st.integers(1, 12),
    base=rates,
)
def test_concat(first: int, second: int, values: list[float], more: int, base: float) -> None:
    updates = first + second + more
    a, b, c, d = (value * base for value in values)
    rows = [(0, a), (7, b), (11, a)]
    cycles = {"updates": updates, "base_lr": base}

    def make(optimizer: torch.optim.Optimizer) -> Any:
        children = [
            handlers.PiecewiseLinear(optimizer, "lr", rows),
            handlers.LinearCyclicalScheduler(optimizer, "lr", b, c, 5),
            handlers.CosineAnnealingScheduler(optimizer, "lr", c, d, 6),
        ]
        return handlers.ConcatScheduler(children, [first, second])

    ours = [
        presets.PiecewiseLinear(rows, base_lr=base),
        presets.LinearCyclicalScheduler(b, c, 5, **cycles),
        presets.CosineAnnealingScheduler(c, d, 6, **cycles | {"updates": more}),
    ]
    assert_parity(presets.ConcatScheduler(ours, [first, second]), make, base, updates)


TORCH: list[Any] = [
    ("CosineAnnealingLR", (50,)),
    ("ExponentialLR", (0.9,)),
    ("StepLR", (3, 0.5)),
    ("PolynomialLR", (50, 2.0)),
    ("LinearLR", (0.25, 1.0, 5)),
]


@given(
    drawn=st.sampled_from(TORCH),
    start=shares,
    end=st.none() | shares,
    duration=st.integers(2, 20),
    more=st.integers(1, 20),
    base=rates,
)
def test_warmup_before_a_scheduler_of_torch(
    drawn: Any, start: float, end: float | None, duration: int, more: int, base: float
) -> None:
    name, options = drawn
    assume(start or end is None or end)
    if name == "LinearLR" and end is None:
        end = 0.25
    ends = None if end is None else end * base
    schedule = presets.create_lr_scheduler_with_warmup(
        getattr(torch_presets, name)(*options), start * base, duration, ends, base_lr=base
    )

    def make(optimizer: torch.optim.Optimizer) -> Any:
        inner = getattr(torch.optim.lr_scheduler, name)(optimizer, *options)
        return handlers.create_lr_scheduler_with_warmup(inner, start * base, duration, ends)

    # a schedule that ends must fit the run
    updates = duration + max(more, {"ExponentialLR": 1, "StepLR": 1, "LinearLR": 6}.get(name, 50))
    assert_parity(schedule, make, base, updates)


@given(
    start=shares,
    end=st.none() | shares,
    top=st.none() | shares,
    low=shares,
    duration=st.integers(2, 20),
    more=st.integers(1, 20),
    base=rates,
)
def test_warmup_before_a_scheduler_of_ignite(
    start: float,
    end: float | None,
    top: float | None,
    low: float,
    duration: int,
    more: int,
    base: float,
) -> None:
    # where the curve starts at the end of the warmup, the peer drops one update
    end = 1.0 if end is None and top is not None and top != 1 else end
    assume(start or end is None or end)
    first = (end if top is None else top) if end is not None else 1.0
    ends = None if end is None else end * base
    options = (first * base, low * base, 9)
    updates = duration + more
    schedule = presets.create_lr_scheduler_with_warmup(
        presets.CosineAnnealingScheduler(*options, updates=more, base_lr=base),
        start * base,
        duration,
        ends,
        base_lr=base,
    )

    def make(optimizer: torch.optim.Optimizer) -> Any:
        inner = handlers.CosineAnnealingScheduler(optimizer, "lr", *options)
        return handlers.create_lr_scheduler_with_warmup(inner, start * base, duration, ends)

    # a warmup that the curve's first update ends leaves one update more than the cycles last
    assert_parity(schedule, make, base, updates - (ends is None or ends == options[0]))


# rates that ignite 0.5.5 was seen to use, up to the cosine's end
ROWS = {
    "create_lr_scheduler_with_warmup": (
        presets.create_lr_scheduler_with_warmup(torch_presets.CosineAnnealingLR(6), 0.0, 4),
        [0, 0.333, 0.667, 1, 0.933, 0.75, 0.5, 0.25, 0.067, 0],
    ),
    "LinearCyclicalScheduler": (
        presets.LinearCyclicalScheduler(0.0, 1.0, 4, updates=5),
        [0, 0.5, 1, 0.5, 0],
    ),
    "CosineAnnealingScheduler": (
        presets.CosineAnnealingScheduler(0.0, 1.0, 4, updates=4),
        [0, 0.146, 0.5, 0.854],
    ),
    "PiecewiseLinear": (
        presets.PiecewiseLinear([(1, 1.0), (3, 0.8), (5, 0.2)]),
        [1, 1, 0.9, 0.8, 0.5, 0.2, 0.2],
    ),
}


@pytest.mark.parametrize(("schedule", "row"), ROWS.values(), ids=ROWS)
def test_recorded_rates(schedule: Schedule, row: list[float]) -> None:
    plan = schedule.plan(updates=12)
    assert [plan(k) for k in range(len(row))] == pytest.approx(row, abs=5.1e-4)


def cosine(**options: Any) -> Schedule:
    arguments = {"start_value": 0.1, "end_value": 0.0, "cycle_size": 4, "updates": 20}
    return presets.CosineAnnealingScheduler(**arguments | options)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: cosine(cycle_mult=2, updates=None),
            "each cycle differs from the one before, without end; pass updates=… of the run",
        ),
        (
            lambda: cosine(cycle_size=1),
            "cycle_size = 1 must be a whole number ≥ 2",
        ),
        (
            lambda: cosine(cycle_mult=float("nan")),
            "cycle_mult = nan must be above 0, and finite",
        ),
        (
            lambda: cosine(cycle_mult=0.2),
            "cycle_mult = 0.2 leaves nothing of the last cycle; raise it",
        ),
        (
            lambda: cosine(end_value_mult=2.0),
            "end_value_mult = 2.0 must lie between 0 and 1",
        ),
        (
            lambda: cosine(start_value=0.0),
            "the highest value = 0.0 must be a rate above 0, and finite",
        ),
        (
            lambda: cosine(end_value=-0.1),
            "a value = -0.1 must lie between 0 and inf",
        ),
        (
            lambda: cosine(updates=0),
            "updates = 0 must be a whole number ≥ 1",
        ),
        (
            lambda: presets.LinearCyclicalScheduler(0.1, 0.0, 4, warmup_duration=2, updates=9),
            (
                "warmup_duration = 2 goes back from end_value, where only a monotonic cycle ends; "
                "use monotonic=True or warmup_duration=0"
            ),
        ),
        (
            lambda: presets.PiecewiseLinear([]),
            "milestones_values is empty; pass [(0, rate), …]",
        ),
        (
            lambda: presets.PiecewiseLinear([(3, 0.1), (2, 0.1)]),
            "the milestones must not go back, but are [3, 2]",
        ),
        (
            lambda: presets.PiecewiseLinear([(1.5, 0.1)]),
            "a milestone = 1.5 must be a whole number ≥ 0",
        ),
        (
            lambda: presets.ConcatScheduler([warmup(4)], []),
            (
                "1 schedulers and 0 durations; "
                "pass two schedulers or more, and a duration for each but the last"
            ),
        ),
        (
            lambda: presets.ConcatScheduler([warmup(4), warmup(4)], [0]),
            "a duration = 0 must be a whole number ≥ 1",
        ),
        (
            lambda: presets.create_lr_scheduler_with_warmup(warmup(4), 0.0, 1),
            "warmup_duration = 1 must be a whole number ≥ 2",
        ),
        (
            lambda: presets.create_lr_scheduler_with_warmup(warmup(4), 0.0, 4),
            (
                "lr_scheduler starts at factor 0.25 and not at the optimizer's rate; "
                "pass warmup_end_value=…, where the warmup leads to"
            ),
        ),
        (
            lambda: presets.create_lr_scheduler_with_warmup(warmup(4), 0.0, 4, 0.0),
            "a warmup from 0 to 0 trains nothing; raise warmup_end_value",
        ),
        (
            lambda: presets.create_lr_scheduler_with_warmup(warmup(4), 0.01, 4),
            (
                "warmup_start_value = 0.01 is a rate, not a factor; "
                "pass base_lr=… of the optimizer too"
            ),
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(make: Callable[[], Schedule], message: str) -> None:
    assert refused(make, ScheduleError) == message
