"""`from_torch`: the schedule gives the rates that the real scheduler gives, update by update."""

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from hypothesis import given, strategies as st
from torch.optim import SGD, Optimizer, lr_scheduler as peer

from rampup import RampupLR, Schedule, from_torch, parse

RUN = 999
"""A run that is longer than each of them: a preset that ends does not fit a shorter one."""
lengths = st.integers(1, 40)
shares = st.integers(1, 100).map(lambda percent: percent / 100)
rates = st.floats(-6, 1).map(lambda exponent: 10.0**exponent)
Make = Callable[[Optimizer], peer.LRScheduler]


def two_groups(base: float, tensor: bool = False) -> Optimizer:
    lrs: list[Any] = [base, base / 4]
    if tensor:
        lrs = [torch.tensor(lr, dtype=torch.float64) for lr in lrs]
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": lr} for lr in lrs]
    return SGD(groups, lr=base)


def assert_parity(make: Make, base: float, updates: int, tensor: bool = False) -> Schedule:
    """Compare the rates of both groups; the scheduler is read behind its start on purpose."""
    optimizer = two_groups(base, tensor)
    rates = []
    with warnings.catch_warnings():
        # parts of SequentialLR that were stepped by their construction
        warnings.simplefilter("ignore")
        scheduler = make(optimizer)
        for _ in range(updates):
            rates.append([float(group["lr"]) for group in optimizer.param_groups])
            optimizer.step()
            if len(rates) < updates:
                scheduler.step()
    schedule = from_torch(scheduler)
    key = "max_lr" if isinstance(scheduler, peer.OneCycleLR) else "initial_lr"
    bases = [float(group[key]) for group in optimizer.param_groups]
    if isinstance(scheduler, peer.CyclicLR):
        bases = [float(high) for high in scheduler.max_lrs]
    factors = schedule.plan(updates=RUN)(np.arange(updates))
    np.testing.assert_allclose(np.outer(factors, bases), rates, rtol=0, atol=1e-12 * max(bases))
    assert parse(str(schedule)) == schedule
    return schedule


ramps = st.builds(
    lambda start, end, n: lambda o: peer.LinearLR(o, start, end, n), shares, shares, lengths
)
constants = st.builds(lambda factor, n: lambda o: peer.ConstantLR(o, factor, n), shares, lengths)
polynomials = st.builds(
    lambda n, power: lambda o: peer.PolynomialLR(o, n, power),
    lengths,
    st.sampled_from([0.5, 1.0, 2.0]),
)
exponentials = st.builds(lambda gamma: lambda o: peer.ExponentialLR(o, gamma), shares)
steps = st.builds(lambda n, gamma: lambda o: peer.StepLR(o, n, gamma), lengths, shares)
multi_steps = st.builds(
    lambda at, gamma: lambda o: peer.MultiStepLR(o, at, gamma),
    st.lists(st.integers(0, 60), max_size=6),
    shares,
)
cosines = st.builds(lambda n: lambda o: peer.CosineAnnealingLR(o, n), st.integers(80, 99))
ratios = st.one_of(ramps, constants, polynomials, exponentials, steps, multi_steps, cosines)
restarts = st.builds(
    lambda n, times: lambda o: peer.CosineAnnealingWarmRestarts(o, n, times),
    lengths,
    st.integers(1, 3),
)


@given(make=ratios | restarts, base=rates, updates=st.integers(1, 79), tensor=st.booleans())
def test_a_scheduler_by_itself(make: Make, base: float, updates: int, tensor: bool) -> None:
    assert assert_parity(make, base, updates, tensor).phases


@given(
    makes=st.lists(ratios | restarts, min_size=1, max_size=4),
    slots=st.lists(st.integers(1, 12), min_size=3, max_size=3),
    base=rates,
)
def test_schedulers_in_sequence(makes: list[Make], slots: list[int], base: float) -> None:
    milestones = np.cumsum(slots)[: len(makes) - 1].tolist()

    def make(optimizer: Optimizer) -> peer.LRScheduler:
        return peer.SequentialLR(optimizer, [make(optimizer) for make in makes], milestones)

    assert assert_parity(make, base, 40 + sum(milestones[-1:])).phases


@given(makes=st.lists(ratios, min_size=1, max_size=4), base=rates, nested=st.booleans())
def test_schedulers_in_a_chain(makes: list[Make], base: float, nested: bool) -> None:
    def make(optimizer: Optimizer) -> peer.LRScheduler:
        first, *others = [make(optimizer) for make in makes]
        inner = [peer.ChainedScheduler([first]), *others] if nested else [first, *others]
        return peer.ChainedScheduler(inner)

    assert assert_parity(make, base, 50).phases


@given(
    n=st.integers(80, 99), share=shares, base=rates, make=st.sampled_from(["cosine", "restarts"])
)
def test_a_lowest_rate(n: int, share: float, base: float, make: str) -> None:
    """One group: another base rate would need another schedule."""
    optimizer = SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
    kind = peer.CosineAnnealingLR if make == "cosine" else peer.CosineAnnealingWarmRestarts
    scheduler, rates = kind(optimizer, n, eta_min=share * base), []
    for _ in range(79):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()

    factors = from_torch(scheduler).plan(updates=RUN)(np.arange(79))

    np.testing.assert_allclose(base * factors, rates, rtol=0, atol=1e-12 * base)


@given(
    steps=st.integers(2, 80),
    percent=st.integers(0, 100),
    strategy=st.sampled_from(["cos", "linear"]),
    three=st.booleans(),
    div=st.floats(1, 100),
    final=st.floats(1, 1e5),
    base=rates,
)
def test_one_cycle(steps, percent, strategy, three, div, final, base) -> None:
    # torch divides by zero, or peaks before the first update, elsewhere
    pct = percent / 100 if percent * steps > 100 else (0.5 if three or steps > 2 else 1.0)

    def make(optimizer: Optimizer) -> peer.LRScheduler:
        return peer.OneCycleLR(
            optimizer,
            [base, base / 3],
            steps,
            pct_start=pct,
            anneal_strategy=strategy,
            three_phase=three,
            div_factor=div,
            final_div_factor=final,
            cycle_momentum=False,
        )

    if not (three and pct * steps <= 1):
        assert assert_parity(make, base, steps).phases


@given(
    low=shares,
    up=lengths,
    down=st.none() | lengths,
    mode=st.sampled_from(["triangular", "triangular2", "exp_range"]),
    gamma=st.floats(0.9, 1),
    base=rates,
)
def test_cycles(low, up, down, mode, gamma, base) -> None:
    # shares of a power of two are exact, so that both groups have one
    low = math.exp2(-round(10 * low))

    def make(optimizer: Optimizer) -> peer.LRScheduler:
        highs = [base, base / 4]
        return peer.CyclicLR(
            optimizer,
            [low * high for high in highs],
            highs,
            step_size_up=up,
            step_size_down=down,
            mode=mode,
            gamma=gamma,
            cycle_momentum=False,
        )

    assert assert_parity(make, base, 150).phases


def test_a_named_function() -> None:
    schedule = assert_parity(lambda o: peer.LambdaLR(o, math.exp2), 1e-3, 9)

    assert str(schedule) == "function math:exp2"


def test_what_is_read_is_what_a_rampup_scheduler_follows() -> None:
    """On the optimizer that the scheduler was built on, in place of it."""
    optimizer = two_groups(0.1)
    schedule = from_torch(peer.ExponentialLR(optimizer, 0.5))

    scheduler = RampupLR(optimizer, schedule, updates=10)

    optimizer.step()
    optimizer.step()
    assert scheduler.get_last_lr() == [0.025, 0.00625]


@given(
    reports=st.lists(st.one_of(st.floats(0.1, 2), st.just(math.nan)), max_size=40),
    how=st.fixed_dictionaries(
        {
            "factor": shares.filter(lambda share: share < 1),
            "patience": st.integers(0, 3),
            "mode": st.sampled_from(["min", "max"]),
            "threshold": st.sampled_from([0.0, 1e-4, 0.3]),
            "threshold_mode": st.sampled_from(["rel", "abs"]),
            "cooldown": st.integers(0, 3),
        }
    ),
    low=st.sampled_from([0.0, 0.02, 1.0, 3.0]),
    tensor=st.booleans(),
)
def test_a_plateau_drops_when_torchs_does(
    reports: list[float], how: dict[str, Any], low: float, tensor: bool
) -> None:
    reference, optimizer = two_groups(0.5, tensor), two_groups(0.5, tensor)
    lows = [0.5 * low, 0.125 * low]
    theirs = peer.ReduceLROnPlateau(reference, **how, min_lr=lows, eps=0.0)
    schedule = from_torch(theirs)
    ours = RampupLR(optimizer, schedule, updates=RUN)
    for report in reports:
        for one, scheduler in ((reference, theirs), (optimizer, ours)):
            one.step()
            scheduler.step(report)
        expected = [float(group["lr"]) for group in reference.param_groups]
        actual = [float(group["lr"]) for group in optimizer.param_groups]
        np.testing.assert_allclose(actual, expected, rtol=1e-12)
    assert from_torch(theirs) == schedule or low in (0.02, 1.0, 3.0)
    assert parse(str(schedule)) == schedule


def test_a_plateau_drops_by_less_than_eps_where_torch_does_not() -> None:
    reference, optimizer = two_groups(0.5), two_groups(0.5)
    theirs = peer.ReduceLROnPlateau(reference, factor=0.5, patience=0, eps=0.2)
    ours = RampupLR(optimizer, from_torch(theirs), updates=RUN)
    for one, scheduler in ((reference, theirs), (optimizer, ours)):
        for _ in range(3):
            one.step()
            scheduler.step(1.0)

    assert [group["lr"] for group in reference.param_groups] == [0.25, 0.125]
    assert [group["lr"] for group in optimizer.param_groups] == [0.125, 0.03125]


def test_a_plateau_says_what_torchs_was_built_with() -> None:
    scheduler = peer.ReduceLROnPlateau(two_groups(0.5), mode="max", patience=3, min_lr=-1.0)

    assert str(from_torch(scheduler)) == "plateau 0.1 patience 3 mode max threshold 0.0001 to 0.0"
