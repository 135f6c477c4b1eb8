"""Steps, restarts and cycles against torch's schedulers and loops, and what they refuse."""

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
import torch
from tests.refused import refused
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts, CyclicLR, LRScheduler, MultiStepLR

from rampup import Plan, Schedule, cycle, decay, parse, restarts, steps, warmup

FAR = np.array([0, 1, 2, 3, 10**6, 10**9, 10**12 - 1, 10**12])


def stepped(updates: int, make: type[LRScheduler], **options: object) -> list[float]:
    """Return the rates that the optimizer really uses under a torch scheduler, for base 1."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = make(optimizer, **options)
    used = []
    for _ in range(updates):
        used.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return used


@pytest.mark.parametrize(("at", "gamma"), [([4], 0.1), ([3, 10, 11, 40], 0.5), ([7, 8], 0.0)])
def test_steps_are_torchs_multi_step_lr(at: list[int], gamma: float) -> None:
    used = stepped(60, MultiStepLR, milestones=at, gamma=gamma)

    assert used == pytest.approx(steps(at, gamma).plan(updates=60)(np.arange(60)), rel=1e-12)


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("period", [1, 2, 7, 30])
@pytest.mark.parametrize("to", [0.0, 0.1])
def test_restarts_are_torchs_warm_restarts(period: int, times: int, to: float) -> None:
    """At each boundary too: a restart one update off would differ by the whole height."""
    used = stepped(3000, CosineAnnealingWarmRestarts, T_0=period, T_mult=times, eta_min=to)
    plan = restarts(period, times=times, to=to).plan(updates=3000)

    assert used == pytest.approx(plan(np.arange(3000)).tolist(), abs=1e-12)


@pytest.mark.parametrize("times", [2, 3, 10])
@pytest.mark.parametrize("period", [1, 3, 1000])
def test_far_restarts_happen_where_whole_numbers_say(period: int, times: int) -> None:
    plan = restarts(period, times=times, to=0.25).plan(updates=10**13)
    begin, length = 0, period
    while begin < 10**12:
        assert plan(begin) == 1.0
        assert plan(np.array([begin])).tolist() == [1.0]
        if begin:
            last = length // times
            left = 0.25 + 0.75 * math.cos(math.pi * (last - 1) / last / 2) ** 2
            assert plan(begin - 1) == pytest.approx(left, abs=1e-12)
        begin, length = begin + length, length * times


@pytest.mark.parametrize("times", [1.0, 1.1, 1.25, 1.5, 1.9, 2.0])
def test_restarts_of_any_growth_are_the_loop(times: float) -> None:
    """Each period starts where the one before it ends, between two updates or on one."""
    period, expected = 6, []
    begin, length, c = Fraction(0), Fraction(period), 0
    for k in range(2000):
        while k >= begin + length:
            begin, length, c = begin + length, length * Fraction(str(times)), c + 1
        top = max(0.8**c, 0.1)
        expected.append(0.1 + (top - 0.1) * (1 - float((k - begin) / length)))
    plan = restarts(period, times=times, peak=0.8, shape="linear", to=0.1).plan(updates=2000)

    assert expected == pytest.approx(plan(np.arange(2000)).tolist(), abs=1e-12)


@pytest.mark.parametrize("times", [1.0, 1.5, 3.0])
@pytest.mark.parametrize("period", [1, 4, 30])
def test_regular_steps_fall_where_restarts_start_again(period: int, times: float) -> None:
    falls = steps(every=period, times=times, gamma=0.5).plan(updates=3000)(np.arange(3000))
    begin, length, at = Fraction(0), Fraction(period), []
    while begin < 3000:
        begin, length = begin + length, length * Fraction(times)
        at.append(math.ceil(begin))
    expected = [0.5 ** sum(point <= k for point in at) for k in range(3000)]

    assert expected == pytest.approx(falls.tolist(), rel=1e-12, abs=0)


def test_regular_steps_go_on_from_the_factor_before_them_and_per_epoch() -> None:
    after = (decay(over=4, to=0.5) >> steps(every=2, gamma=0.5)).plan(updates=8)
    stairs = steps(every="2ep", gamma=0.5).per_epoch().plan(updates=28, updates_per_epoch=7)

    assert [after(k) for k in range(4, 8)] == [0.5, 0.5, 0.25, 0.25]
    assert [stairs(k) for k in (0, 13, 14, 27, 28)] == [1.0, 1.0, 0.5, 0.5, 0.5]


def test_restarts_go_on_from_the_factor_before_them() -> None:
    plan = (decay(over=4, to=0.5) >> restarts(4, shape="linear")).plan(updates=12)

    assert [plan(k) for k in range(4, 13)] == [0.5, 0.375, 0.25, 0.125] * 2 + [0.125]


def test_restarts_per_epoch_repeat_the_curve_of_epochs() -> None:
    by_update = restarts(2, times=2, peak=0.5).plan(updates=30)(np.arange(30))
    stairs = restarts("2ep", times=2, peak=0.5).per_epoch()
    by_epoch = stairs.plan(updates=210, updates_per_epoch=7)(np.arange(210))

    assert np.repeat(by_update, 7).tolist() == by_epoch.tolist()


CYCLES = [
    ("triangular", {}, {}),
    ("triangular2", {}, {}),
    ("exp_range", {"gamma": 0.97}, {"gamma": 0.97}),
]


@pytest.mark.parametrize(("mode", "ours", "theirs"), CYCLES, ids=[mode for mode, *_ in CYCLES])
@pytest.mark.parametrize(("up", "down"), [(1, 1), (4, 4), (3, 8), (10, 1)])
def test_a_cycle_is_torchs_cyclic_lr(
    mode: str, ours: dict[str, float], theirs: dict[str, float], up: int, down: int
) -> None:
    def make(optimizer: torch.optim.Optimizer) -> CyclicLR:
        return CyclicLR(
            optimizer, 0.1, 1.0, up, down, mode=mode, cycle_momentum=False, **theirs
        )  # fmt: skip

    plan = cycle(up, down, low=0.1, mode=mode, **ours).plan(updates=200)

    assert stepped(200, make) == pytest.approx(plan(np.arange(200)).tolist(), abs=1e-12)


@pytest.mark.parametrize(
    "schedule",
    [
        steps([1, 10**6, 10**12], gamma=0.0),
        steps([1, 2, 3, 5, 10**9], gamma=0.1),
        steps(every=1, gamma=0.5),
        steps(every=1, times=1.5, gamma=0.0),
        restarts(1, peak=0.5),
        restarts(1, times=1.5, peak=0.9, shape="logarithmic"),
        restarts(3, times=2.0**53),
        cycle(1, mode="triangular2"),
        cycle(1, mode="exp_range", gamma=0.0),
        cycle(10**12, 1, mode="exp_range", gamma=0.5),
    ],
    ids=str,
)
def test_far_updates_have_a_factor_and_no_warning(schedule: Schedule) -> None:
    """Powers of the index leave the range of floats long before update 10^12."""
    plan = schedule.plan(updates=10**12 + 10)
    factors = plan(FAR)

    assert [plan(int(k)) for k in FAR] == factors.tolist()
    assert np.all((factors >= 0) & (factors <= 1))


@pytest.mark.parametrize("over", [5, 12])
@pytest.mark.parametrize(
    "text", ["steps {} at 2up,4up", "restarts 4up over {}", "cycle up 3up over {}"]
)
def test_past_the_end_the_last_factor_is_held(text: str, over: int) -> None:
    plan = parse(text.format(over)).plan(updates=20)

    assert [plan(over - 1)] * 4 == [plan(k) for k in (over, over + 1, 19, 10**12)]


def planned(schedule: Schedule) -> Plan:
    return schedule.plan(updates=100, updates_per_epoch=10)


OUTSIDE = "a factor multiplies the peak rate and must lie between 0 and 1"
REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "no points": (lambda: steps([]), (
        "steps need points or a length, not both; "
        "write steps(at=['30ep', '60ep']) or steps(every='30ep')")),
    "both": (lambda: steps([3], every=5), (
        "steps need points or a length, not both; "
        "write steps(at=['30ep', '60ep']) or steps(every='30ep')")),
    "no step": (lambda: steps(every=0), "steps every 0: a step must last; give it a length"),
    "grown points": (lambda: steps([3], times=2), (
        "steps times 2.0: points do not grow; write steps(every=…)")),
    "shrunk": (lambda: steps(every=3, times=0.5), (
        "steps times 0.5: periods cannot shrink; use ≥ 1")),
    "gamma": (lambda: steps([3], gamma=1.5), f"steps gamma 1.5: {OUTSIDE}"),
    "order": (lambda: planned(steps(["2ep", 20])), (
        "the points of 'steps at 2ep,20up gamma 0.1' must ascend, not [20, 20] (updates)")),
    "shrink": (lambda: restarts(5, times=0.5), (
        "restarts times 0.5: periods cannot shrink; use ≥ 1")),
    "nan": (lambda: restarts(5, times=math.nan), (
        "restarts times nan: a factor must be a finite number ≥ 0")),
    "grow": (lambda: restarts(5, times=1e300), (
        "restarts times 1e+300: the second period would be more than 2^53 updates")),
    "no period": (lambda: restarts(0), (
        "restarts of no period cannot be meant; give the period a length")),
    "peak": (lambda: restarts(5, peak=2), f"restarts peak 2: {OUTSIDE}"),
    "to": (lambda: restarts(5, to=-1), f"restarts to -1: {OUTSIDE}"),
    "no ratio": (lambda: restarts(5, shape="exponential"), (
        "restarts to 0 cannot be exponential: no ratio leads from or to 0; "
        "write a small factor, such as to 0.001")),
    "rise": (lambda: planned(decay(over=5, to=0.1) >> restarts(5, to=0.5)), (
        "'restarts 5up cosine to 0.5' would rise: it starts at factor 0.1; "
        "decay to at most 0.1")),
    "stairs": (lambda: planned(restarts(15).per_epoch()), (
        "'restarts 15up cosine to 0.0 per epoch' changes once per epoch but lasts 15 updates, "
        "which is no whole number of epochs of 10 updates; write its length in whole epochs")),
    "mode": (lambda: cycle(5, mode="saw"), (
        "cycle mode 'saw' is unknown; use one of 'triangular', 'triangular2', 'exp_range'")),
    "low": (lambda: cycle(5, low=True), "cycle from True: a factor must be a number"),
    "cycle gamma": (lambda: cycle(5, gamma=1.01), f"cycle gamma 1.01: {OUTSIDE}"),
    "no fall": (lambda: cycle(5, 0), "a cycle needs a rise and a fall; give both a length"),
    "none left": (lambda: planned(warmup(50) >> cycle(5) >> decay(over=50)), (
        "no update of the run is left for 'cycle up 5up down 5up from 0.1'; "
        "shorten the phases before it")),
}  # fmt: skip


@pytest.mark.parametrize(("make", "text"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_meant_is_refused(make: Callable[[], object], text: str) -> None:
    assert refused(make) == text
