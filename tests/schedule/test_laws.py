"""Laws against their formulas in plain `math`, and what they refuse."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, strategies as st
from tests.refused import refused

from rampup import (
    Length,
    Schedule,
    decay,
    exponential,
    hold,
    inverse_sqrt,
    inverse_time,
    parse,
    rectified,
    saturating,
    warmup,
)
from rampup.schedule.laws import RULES, Law

FAR = np.array([0, 1, 5, 6, 10**6, 10**9, 10**12])


def rectification(t: int, beta2: float) -> float:
    """Return the term as Liu et al. write it, Algorithm 2, for step t = 1, 2, 3 …."""
    most = 2 / (1 - beta2) - 1
    rho = most - 2 * t * beta2**t / (1 - beta2**t)
    if rho <= 4:
        return 0.0
    return math.sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho))


FORMULAS: dict[str, tuple[Schedule, Callable[[int], float]]] = {
    "inverse-sqrt": (inverse_sqrt(7), lambda i: math.sqrt(7 / (i + 7))),
    "exponential": (exponential(0.9), lambda i: 0.9**i),
    "exponential every": (exponential(0.9, every=4), lambda i: 0.9 ** (i / 4)),
    "inverse-time": (inverse_time(0.3), lambda i: 1 / (1 + 0.3 * i)),
    "inverse-time every": (inverse_time(0.3, every=4), lambda i: 1 / (1 + 0.3 * i / 4)),
    "inverse-time power": (inverse_time(2.0, 4, 0.7), lambda i: (1 + i / 2) ** -0.7),
    "inverse-time stairs": (
        inverse_time(0.5, every=4, power=2.0, stairs=True),
        lambda i: (1 + 0.5 * (i // 4)) ** -2,
    ),
    "saturating": (saturating(7), lambda i: 1 - math.exp(-(i + 1) / 7)),
    "rectified": (rectified(0.99), lambda i: rectification(i + 5, 0.99)),
}


@pytest.mark.parametrize(("law", "formula"), FORMULAS.values(), ids=FORMULAS)
def test_a_law_is_its_formula(law: Schedule, formula: Callable[[int], float]) -> None:
    plan = law.plan(updates=300)

    assert [formula(i) for i in range(300)] == pytest.approx(plan(np.arange(300)), rel=1e-12)


@pytest.mark.parametrize(
    "law", [inverse_sqrt(7), exponential(0.9), exponential(0.9, every=4), inverse_time(0.5)]
)
def test_a_falling_law_goes_on_from_the_factor_before_it(law: Schedule) -> None:
    alone = law.plan(updates=50)(np.arange(50))
    behind = (decay(over=4, to=0.25) >> law).plan(updates=54)(np.arange(4, 54))

    assert (0.25 * alone).tolist() == behind.tolist()


def test_rectified_is_what_torchs_radam_uses() -> None:
    """A gradient of 1 at each step makes both moments 1: an update is the rate times the term."""
    plan = rectified(0.9).plan(updates=40)
    weight = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer = torch.optim.RAdam([weight], lr=1.0, betas=(0.9, 0.9), eps=0.0)
    moved = []
    for _ in range(45):
        before = weight.item()
        weight.grad = torch.ones_like(weight)
        optimizer.step()
        moved.append(before - weight.item())

    first = next(t for t in range(1, 45) if rectification(t, 0.9) > 0)
    # torch rectifies from ρ > 5 on, a step later than the paper; before, it takes plain steps
    expected = [plan(k) for k in range(1, 40)]
    assert expected == pytest.approx(moved[first : first + 39], rel=1e-9)
    assert 0 < plan(0) < plan(1)


@pytest.mark.parametrize(
    "law",
    [
        inverse_sqrt(1),
        inverse_sqrt(2**53),
        exponential(0.01),
        exponential(1.0, every=10**12),
        inverse_time(2.0**53),
        inverse_time(1e-300, power=1e300),
        inverse_time(1.0, every=10**12, power=0.01, stairs=True),
        saturating(1),
        saturating(2**53),
        rectified(0.6001),
        rectified(1 - 2**-53),
    ],
    ids=str,
)
def test_far_updates_have_a_factor_and_no_warning(law: Schedule) -> None:
    plan = law.plan(updates=10**12 + 10)
    factors = plan(FAR)

    assert [plan(int(k)) for k in FAR] == factors.tolist()
    assert np.all((factors >= 0) & (factors <= 1))


@given(every=st.integers(2, 30), epoch=st.integers(1, 9))
def test_per_epoch_each_epoch_uses_its_first_factor(every: int, epoch: int) -> None:
    law = hold("2ep") >> exponential(0.5, every=every)
    plain, stairs = (
        s.plan(updates=10 * epoch, updates_per_epoch=epoch) for s in (law, law.per_epoch())
    )

    assert [plain(k // epoch * epoch) for k in range(10 * epoch)] == [
        stairs(k) for k in range(10 * epoch)
    ]


@pytest.mark.parametrize("law", [saturating(5), rectified(0.9)])
def test_without_warmup_a_rising_law_is_a_hold_at_the_peak(law: Schedule) -> None:
    schedule = decay(over=5, to=0.5) >> law
    bare = schedule.without_warmup()

    assert schedule.has_warmup
    assert not bare.has_warmup
    assert (decay(over=5, to=0.5) >> parse("hold from 1.0")) == bare
    assert bare.per_epoch() == schedule.per_epoch().without_warmup()
    assert law.without_warmup() == hold()
    assert inverse_sqrt(5).without_warmup() == inverse_sqrt(5)


def test_every_of_one_update_is_none() -> None:
    assert exponential(0.5, every=1) == exponential(0.5)
    assert str(exponential(0.5, every="1ep", over=5)) == "exponential 0.5 every 1ep over 5up"


def test_every_rule_says_its_formula_and_reference() -> None:
    for name, rule in RULES.items():
        assert name == rule.name
        assert rule.formula
        assert rule.reference


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "rule": (lambda: Law(rule="exponentail", parameter=0.5), (
        "law 'exponentail' is unknown; did you mean 'exponential'?")),
    "no time": (lambda: inverse_sqrt(0), (
        "inverse-sqrt needs a timescale, such as 4000up, not 0up")),
    "no length": (lambda: Law(rule="saturating", parameter=0.5), (
        "saturating needs a timescale, such as 4000up, not 0.5")),
    "zero": (lambda: exponential(0), "exponential 0: ratio must lie between 0 and 1"),
    "above": (lambda: exponential(1.5), "exponential 1.5: ratio must lie between 0 and 1"),
    "nan": (lambda: exponential(math.nan), "exponential nan: ratio must lie between 0 and 1"),
    "bool": (lambda: exponential(True), "exponential True: ratio must lie between 0 and 1"),
    "length": (lambda: Law(rule="exponential", parameter=Length(5)), (
        "exponential Length(value=5, unit='up'): ratio must lie between 0 and 1")),
    "rate": (lambda: inverse_time(0), (
        "inverse-time 0: rate must be above 0 and at most 2^53")),
    "fast": (lambda: inverse_time(1e300), (
        "inverse-time 1e+300: rate must be above 0 and at most 2^53")),
    "power": (lambda: inverse_time(0.5, power=0), (
        "inverse-time power 0.0: only inverse-time has one, and it is above 0")),
    "no power": (lambda: Law(rule="exponential", parameter=0.5, power=2.0), (
        "exponential power 2.0: only inverse-time has one, and it is above 0")),
    "stairs": (lambda: parse("inverse-time 0.5 stairs"), (
        "inverse-time stairs: only inverse-time has stairs, and they need their length, such as "
        "'every 10ep'\n  inverse-time 0.5 stairs\n  ^ column 1")),
    "no stairs": (lambda: Law(rule="exponential", parameter=0.5, every=Length(2), stairs=True), (
        "exponential stairs: only inverse-time has stairs, and they need their length, such as "
        "'every 10ep'")),
    "beta2 of one": (lambda: rectified(1.0), "rectified 1.0: beta2 must lie between 0 and 1"),
    "beta2": (lambda: rectified(0.6), "rectified 0.6: beta2 must be above 0.6 to be rectified"),
    "no step": (lambda: exponential(0.5, every=0), (
        "exponential every 0up: only exponential and inverse-time have steps, and they last")),
    "steps": (lambda: Law(rule="inverse-sqrt", parameter=Length(5), every=Length(2)), (
        "inverse-sqrt every 2up: only exponential and inverse-time have steps, and they last")),
    "none left": (lambda: (warmup(5) >> saturating(3) >> decay(over=5)).plan(updates=10), (
        "no update of the run is left for 'saturating 3up'; shorten the phases before it")),
    "too long": (lambda: inverse_sqrt("1e10ep").plan(updates=10, updates_per_epoch=10**9), (
        "10000000000ep is 10000000000000000000 updates, more than 2^53; make it shorter")),
}  # fmt: skip


@pytest.mark.parametrize(("make", "text"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_meant_is_refused(make: Callable[[], object], text: str) -> None:
    assert refused(make) == text
