"""presets.torch against torch's own schedulers, stepped once per update."""

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, strategies as st
from torch.optim import lr_scheduler as peer

from rampup import Schedule, hold, parse, warmup
from rampup.errors import ScheduleError
from rampup.schedule.presets import torch as presets

lengths = st.integers(1, 40)
shares = st.integers(0, 100).map(lambda percent: percent / 100)
rates = st.floats(-6, 1).map(lambda exponent: 10.0**exponent)
Make = Callable[[torch.optim.Optimizer], peer.LRScheduler]


def used(make: Make, base: float, updates: int) -> list[float]:
    """Return the rate read immediately before each optimizer step."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
    with warnings.catch_warnings():
        # children of SequentialLR that were stepped by their construction
        warnings.simplefilter("ignore")
        scheduler = make(optimizer)
        rates = [float(optimizer.param_groups[0]["lr"])]
        for _ in range(updates - 1):
            optimizer.step()
            scheduler.step()
            rates.append(float(optimizer.param_groups[0]["lr"]))
    return rates


def assert_parity(schedule: Schedule, make: Make, base: float, updates: int) -> None:
    assert parse(str(schedule)) == schedule
    expected = np.array(used(make, base, updates))
    actual = base * schedule.plan(updates=updates)(np.arange(updates))
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-12 * base)


@given(start=shares, end=shares, n=lengths, more=lengths, base=rates)
def test_linear_lr(start: float, end: float, n: int, more: int, base: float) -> None:
    assume(start > 0)
    options = {"start_factor": start, "end_factor": end, "total_iters": n}
    schedule = presets.LinearLR(**options)
    assert_parity(schedule, lambda o: peer.LinearLR(o, **options), base, n + more)


@given(factor=shares, n=lengths, more=lengths, base=rates)
def test_constant_lr(factor: float, n: int, more: int, base: float) -> None:
    assume(factor > 0)
    schedule = presets.ConstantLR(factor, n)
    assert_parity(schedule, lambda o: peer.ConstantLR(o, factor, n), base, n + more)


@given(n=lengths, share=shares, base=rates)
def test_cosine_annealing_lr(n: int, share: float, base: float) -> None:
    schedule = presets.CosineAnnealingLR(n, share * base, base_lr=base)
    make = lambda o: peer.CosineAnnealingLR(o, n, share * base)  # noqa: E731
    assert_parity(schedule, make, base, n)
    # past its end torch rises; the preset holds
    assert schedule.plan(updates=n + 5)(n + 3) == pytest.approx(share, abs=1e-15)


@given(n=lengths, more=lengths, power=st.sampled_from([0.5, 1.0, 2, 3.0]), base=rates)
def test_polynomial_lr(n: int, more: int, power: float, base: float) -> None:
    schedule = presets.PolynomialLR(n, power)
    assert_parity(schedule, lambda o: peer.PolynomialLR(o, n, power), base, n + more)


@given(gamma=shares, n=lengths, base=rates)
def test_exponential_lr(gamma: float, n: int, base: float) -> None:
    assume(gamma > 0)
    schedule = presets.ExponentialLR(gamma)
    assert_parity(schedule, lambda o: peer.ExponentialLR(o, gamma), base, n)


@given(step=lengths, gamma=shares, n=st.integers(1, 200), base=rates)
def test_step_lr(step: int, gamma: float, n: int, base: float) -> None:
    schedule = presets.StepLR(step, gamma)
    assert_parity(schedule, lambda o: peer.StepLR(o, step, gamma), base, n)


@given(milestones=st.lists(st.integers(0, 60), max_size=6), gamma=shares, base=rates)
def test_multi_step_lr(milestones: list[int], gamma: float, base: float) -> None:
    schedule = presets.MultiStepLR(milestones, gamma)
    assert_parity(schedule, lambda o: peer.MultiStepLR(o, milestones, gamma), base, 70)


@given(
    steps=st.integers(2, 80),
    pct=shares | st.floats(0, 0.05),
    strategy=st.sampled_from(["cos", "linear"]),
    three=st.booleans(),
    div=st.floats(1, 100),
    final=st.floats(1, 1e5),
    peak=rates,
)
def test_one_cycle_lr(
    steps: int, pct: float, strategy: str, three: bool, div: float, final: float, peak: float
) -> None:
    assume(pct * steps != 1)
    options: dict[str, Any] = {
        "max_lr": peak,
        "total_steps": steps,
        "pct_start": pct,
        "anneal_strategy": strategy,
        "div_factor": div,
        "final_div_factor": final,
        "three_phase": three,
    }
    schedule = presets.OneCycleLR(**options)

    def make(optimizer: torch.optim.Optimizer) -> peer.LRScheduler:
        return peer.OneCycleLR(optimizer, cycle_momentum=False, **options)

    assert_parity(schedule, make, peak, steps)


def test_one_cycle_lr_takes_epochs_and_refuses_what_torch_cannot_divide() -> None:
    assert presets.OneCycleLR(1.0, epochs=4, steps_per_epoch=5) == presets.OneCycleLR(1.0, 20)
    with pytest.raises(ScheduleError, match="total_steps"):
        presets.OneCycleLR(1.0)
    with pytest.raises(ScheduleError, match=r"pct_start = 0\.1 of 10 steps is exactly one"):
        presets.OneCycleLR(1.0, total_steps=10, pct_start=0.1)
    with pytest.raises(ScheduleError, match=r"pct_start = 1\.5 must lie between 0 and 1"):
        presets.OneCycleLR(1.0, total_steps=10, pct_start=1.5)


@given(
    low=shares,
    up=lengths,
    down=st.none() | lengths,
    mode=st.sampled_from(["triangular", "triangular2", "exp_range"]),
    gamma=st.floats(0.9, 1),
    n=st.integers(1, 200),
    peak=rates,
)
def test_cyclic_lr(
    low: float, up: int, down: int | None, mode: str, gamma: float, n: int, peak: float
) -> None:
    options: dict[str, Any] = {"base_lr": low * peak, "max_lr": peak, "mode": mode, "gamma": gamma}
    options |= {"step_size_up": up, "step_size_down": down}
    schedule = presets.CyclicLR(**options)
    make = lambda o: peer.CyclicLR(o, cycle_momentum=False, **options)  # noqa: E731
    assert_parity(schedule, make, peak, n)


@given(
    first=st.integers(1, 20),
    times=st.integers(1, 3),
    share=shares,
    n=st.integers(1, 300),
    base=rates,
)
def test_cosine_annealing_warm_restarts(
    first: int, times: int, share: float, n: int, base: float
) -> None:
    schedule = presets.CosineAnnealingWarmRestarts(first, times, share * base, base_lr=base)
    make = lambda o: peer.CosineAnnealingWarmRestarts(o, first, times, share * base)  # noqa: E731
    assert_parity(schedule, make, base, n)


CHILDREN: list[tuple[Callable[..., Schedule], Callable[..., peer.LRScheduler], tuple[Any, ...]]] = [
    (presets.LinearLR, peer.LinearLR, (0.25, 1.0, 5)),
    (presets.LinearLR, peer.LinearLR, (1.0, 0.3, 5)),
    (presets.ConstantLR, peer.ConstantLR, (0.5, 4)),
    (presets.CosineAnnealingLR, peer.CosineAnnealingLR, (30,)),
    (presets.PolynomialLR, peer.PolynomialLR, (12, 2.0)),
    (presets.ExponentialLR, peer.ExponentialLR, (0.9,)),
    (presets.StepLR, peer.StepLR, (4, 0.5)),
    (presets.MultiStepLR, peer.MultiStepLR, ([3, 7], 0.5)),
]
children = st.sampled_from(CHILDREN)


@given(
    drawn=st.lists(children, min_size=1, max_size=4),
    slots=st.lists(st.integers(1, 12), min_size=3, max_size=3),
    base=rates,
)
def test_sequential_lr(drawn: list[Any], slots: list[int], base: float) -> None:
    milestones = np.cumsum(slots)[: len(drawn) - 1].tolist()

    def make(optimizer: torch.optim.Optimizer) -> peer.LRScheduler:
        made = [theirs(optimizer, *options) for _, theirs, options in drawn]
        return peer.SequentialLR(optimizer, made, milestones)

    schedule = presets.SequentialLR([ours(*options) for ours, _, options in drawn], milestones)
    updates = max([0, *milestones]) + 30
    assert_parity(schedule, make, base, updates)


def test_sequential_lr_of_restarts_and_its_refusals() -> None:
    def make(optimizer: torch.optim.Optimizer) -> peer.LRScheduler:
        rise = peer.LinearLR(optimizer, 1e-8, total_iters=4)
        waves = peer.CosineAnnealingWarmRestarts(optimizer, 5)
        return peer.SequentialLR(optimizer, [rise, waves], [4])

    waves = presets.CosineAnnealingWarmRestarts(5)
    rise = presets.LinearLR(1e-8, total_iters=4)
    assert_parity(presets.SequentialLR([rise, waves], [4]), make, 1.0, 30)
    with pytest.raises(ScheduleError, match="2 schedulers need 1 milestones, not 0"):
        presets.SequentialLR([rise, waves], [])
    with pytest.raises(ScheduleError, match="ascend from 1"):
        presets.SequentialLR([rise, waves], [0])


@given(drawn=st.lists(children, min_size=1, max_size=4), base=rates)
def test_chained_scheduler(drawn: list[Any], base: float) -> None:
    def make(optimizer: torch.optim.Optimizer) -> peer.LRScheduler:
        return peer.ChainedScheduler([theirs(optimizer, *options) for _, theirs, options in drawn])

    schedule = presets.ChainedScheduler([ours(*options) for ours, _, options in drawn])
    assert_parity(schedule, make, base, 30)


@pytest.mark.parametrize(
    "schedule",
    [
        presets.CosineAnnealingLR(5, 0.1, base_lr=1.0),
        presets.CosineAnnealingWarmRestarts(5),
        presets.CyclicLR(0.1, 1.0),
        presets.OneCycleLR(1.0, 10),
        presets.SequentialLR([presets.ExponentialLR(0.9), presets.ExponentialLR(0.9)], [3]),
        presets.SequentialLR(
            [presets.LinearLR(0.5, total_iters=3), presets.LinearLR(1.0, 0.5, 5)], [3]
        ),
    ],
    ids=str,
)
def test_what_torch_does_not_multiply_is_not_chained(schedule: Schedule) -> None:
    said = (
        f"torch does not multiply '{schedule}': it writes a rate of its own over the others'; "
        "write a * b for the product"
    )
    for others in ([presets.ConstantLR(), schedule], [schedule, presets.ConstantLR()]):
        with pytest.raises(ScheduleError, match=f"^{re.escape(said)}$"):
            presets.ChainedScheduler(others)
        with pytest.raises(ScheduleError, match="torch does not multiply"):
            presets.ChainedScheduler([presets.ConstantLR(), others[0] * others[1]])


def two_lines(optimizer: torch.optim.Optimizer) -> peer.LRScheduler:
    rise = peer.LinearLR(optimizer, 0.5, total_iters=3)
    return peer.SequentialLR(optimizer, [rise, peer.LinearLR(optimizer, 1.0, 0.5, 5)], [3])


TWO_LINES = presets.SequentialLR(
    [presets.LinearLR(0.5, total_iters=3), presets.LinearLR(1.0, 0.5, 5)], [3]
)


def test_torch_multiplies_no_sequence_from_its_milestone_on() -> None:
    rates = used(
        lambda o: peer.ChainedScheduler([two_lines(o), peer.ExponentialLR(o, 0.9)]), 1.0, 5
    )
    product = (TWO_LINES * presets.ExponentialLR(0.9)).plan(updates=9)(np.arange(5))
    assert rates[:3] == pytest.approx(product[:3])
    assert rates[3:] == pytest.approx([0.9, 0.729])
    assert product[3:] == pytest.approx([0.729, 0.59049])


def test_a_sequence_in_a_sequence_starts_where_it_should_and_not_as_in_torch() -> None:
    inner = presets.SequentialLR([TWO_LINES, presets.StepLR(2, 0.5)], [6]).plan(updates=9)
    rates = [0.5, 2 / 3, 5 / 6, 1, 0.9, 0.8, 1, 1, 0.5]
    assert inner(np.arange(9)) == pytest.approx(rates)
    theirs = used(
        lambda o: peer.SequentialLR(o, [two_lines(o), peer.StepLR(o, 2, 0.5)], [6]), 1.0, 9
    )
    assert theirs == pytest.approx([0.5, 2 / 3, 1, 0.9, 0.8, 0.7, 1, 1, 0.5])
    with pytest.raises(NotImplementedError):
        used(lambda o: peer.SequentialLR(o, [peer.StepLR(o, 2, 0.5), two_lines(o)], [2]), 1.0, 3)


def test_a_chain_of_chains_and_scales_is_a_ratio() -> None:
    inner = presets.ChainedScheduler([warmup(3).scaled(0.5), presets.ExponentialLR(0.5)])
    assert presets.ChainedScheduler([inner, hold()]).plan(updates=9)(4) == 0.03125
    with pytest.raises(ScheduleError, match="nothing is chained"):
        presets.ChainedScheduler([])


def atlas(*schedulers: Schedule) -> Schedule:
    return presets.SequentialLR(schedulers, [4])


# rates for base 1, a warmup of 4 and a run of 10 updates, three decimals
ROWS = {
    "LinearLR(1e-8) + CosineAnnealingLR": (
        atlas(presets.LinearLR(1e-8, total_iters=4), presets.CosineAnnealingLR(6)),
        [0, 0.25, 0.5, 0.75, 1, 0.933, 0.75, 0.5, 0.25, 0.067, 0],
    ),
    "LinearLR(1/4, 3) + CosineAnnealingLR": (
        atlas(presets.LinearLR(0.25, total_iters=3), presets.CosineAnnealingLR(6)),
        [0.25, 0.5, 0.75, 1, 1, 0.933, 0.75, 0.5, 0.25, 0.067, 0],
    ),
    "OneCycleLR": (
        presets.OneCycleLR(1.0, total_steps=10, pct_start=0.4),
        [0.04, 0.28, 0.76, 1, 0.933, 0.75, 0.5, 0.25, 0.067, 4e-6],
    ),
    "LinearLR": (presets.LinearLR(0.25, total_iters=4), [0.25, 0.4375, 0.625, 0.8125, 1, 1]),
}


@pytest.mark.parametrize(("schedule", "row"), ROWS.values(), ids=ROWS)
def test_recorded_rates(schedule: Schedule, row: list[float]) -> None:
    plan = schedule.plan(updates=10)
    assert [plan(k) for k in range(len(row))] == pytest.approx(row, abs=5.1e-4)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: presets.LinearLR(total_iters=0), "total_iters = 0 must be a whole number"),
        (lambda: presets.LinearLR(0.0), "start_factor = 0.0 must be above 0, as in torch"),
        (lambda: presets.LinearLR(float("nan")), "start_factor = nan must lie between 0 and 1"),
        (lambda: presets.ConstantLR(total_iters=3.5), "total_iters = 3.5"),
        (lambda: presets.CosineAnnealingLR(5, 0.1), "pass base_lr"),
        (
            lambda: presets.CosineAnnealingLR(5, 0.1, base_lr=0.0),
            r"base_lr = 0\.0 must be a rate above 0",
        ),
        (lambda: presets.CosineAnnealingLR(5, 0.2, base_lr=0.1), "must lie between 0 and"),
        (
            lambda: presets.OneCycleLR(float("nan"), 10),
            "max_lr = nan must be above 0, and finite",
        ),
        (lambda: presets.OneCycleLR(1.0, 10, anneal_strategy="cosine"), "use 'cos' or 'linear'"),
    ],
)
def test_what_cannot_be_meant_is_refused(make: Callable[[], Schedule], message: str) -> None:
    with pytest.raises(ScheduleError, match=message):
        make()
