"""`LossGapLR`: the rates are those of a loop written by hand, through any resume."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import torch
from hypothesis import given, strategies as st
from tests.refused import refused
from tests.scheduler.adaptive.test_handover import (
    ASKED,
    BASE,
    FALLING,
    THEN,
    UPDATES,
    build,
    train,
)
from torch.optim import Adam

from rampup import LossGapLR, hold
from rampup.errors import ScheduleError, StateError
from rampup.scheduler.adaptive.loss_gap import gap_factor

STUCK = [4.5 - 0.01 * k for k in range(UPDATES)]


def by_hand(losses: Iterable[float], longest: int = 20) -> tuple[list[float], int]:
    """Return the rates that the rules say, and where `then` begins."""
    gap0 = gap = factor = None
    used, begin = [], None
    for k, loss in enumerate(losses):
        if begin is None and k >= longest:
            begin = k
        if begin is not None:
            used.append(BASE * (hold(begin) >> THEN).plan(updates=UPDATES)(k))
            continue
        line = (k + 1 - longest // 2) / (longest - longest // 2)
        factor = max(factor or 0.01, line)
        used.append(BASE * factor)
        gap = loss - 0.5 if gap is None else 0.5 * gap + 0.5 * (loss - 0.5)
        gap0 = gap0 or gap
        if gap <= 0.3 * gap0:
            begin = k + 1
        else:
            curve = 1 + 99 * (gap0 / gap) * ((gap - 0.3 * gap0) / (0.7 * gap0)) ** 2
            factor = max(factor, 1 / curve)
    return used, begin


@pytest.mark.parametrize("losses", [FALLING, STUCK, [9.0, 1.0] * 20], ids=["down", "stuck", "odd"])
def test_the_rates_are_those_of_the_loop(losses: list[float]) -> None:
    weight, optimizer, scheduler = build()

    used = train(weight, optimizer, scheduler, losses)

    expected, begin = by_hand(losses)
    assert used == pytest.approx(expected, rel=1e-12)
    assert scheduler.reached == begin
    assert [scheduler.lr_at(k)[0] for k in range(begin, UPDATES)] == used[begin:]


def test_the_loss_decides_when_the_peak_is_reached() -> None:
    """What the three courses above are: early, at the latest, and somewhere between."""
    reached = []
    for losses in (FALLING, STUCK, [4.5] * 15 + [0.5] * 25):
        run = build()
        train(*run, losses)
        reached.append(run[2].reached)

    assert reached == [14, 20, 17]


@given(
    losses=st.lists(st.floats(0.6, 1e6), min_size=UPDATES, max_size=UPDATES),
    longest=st.integers(1, 30),
    smoothing=st.floats(0, 0.99),
)
def test_the_rate_never_falls_in_the_warmup_nor_leaves_its_bounds(
    losses: list[float], longest: int, smoothing: float
) -> None:
    run = build(longest=longest, smoothing=smoothing)

    used = train(*run, losses)

    reached = run[2].reached
    assert reached <= longest
    assert used[:reached] == sorted(used[:reached])
    assert all(0 < rate <= BASE for rate in used)
    assert used[0] == BASE * (1.0 if longest == 1 else 0.01)


@given(st.floats(1e-3, 1.0), st.floats(0.05, 0.9), st.floats(2, 1000))
def test_the_closed_form_is_the_papers_rational_one(
    share: float, ratio: float, divisor: float
) -> None:
    """η(Δ) = Δ / (K₀ + K₁Δ + K₂Δ²) with its three constraints solved, as the authors have it."""
    k2 = (divisor - 1) / (1 - ratio) ** 2
    k0, k1 = k2 * ratio**2, 1 - 2 * k2 * ratio

    expected = share / (k0 + k1 * share + k2 * share**2)

    assert gap_factor(share, ratio, divisor) == pytest.approx(expected, rel=1e-6)


def test_a_loss_that_explodes_says_no_rate_and_no_error() -> None:
    assert gap_factor(1e300, 0.3, 100) < 1e-300


def before(scheduler: LossGapLR, update: Callable[[], None], loss: float) -> None:
    scheduler.report(loss)
    update()


def micro_batches(scheduler: LossGapLR, update: Callable[[], None], loss: float) -> None:
    for part in (loss - 0.25, loss + 0.25, math.nan, loss):
        scheduler.report(part)
    update()


def after(scheduler: LossGapLR, update: Callable[[], None], loss: float) -> None:
    update()
    scheduler.report(loss)


def used_by(habit: Callable[..., None], losses: list[float]) -> list[float]:
    weight, optimizer, scheduler = build()
    weight.grad = torch.ones(2)
    used = []

    def update() -> None:
        optimizer.step()
        used.extend(scheduler.last_used)

    for loss in losses:
        habit(scheduler, update, loss)
    return used


def test_a_loss_may_be_reported_with_its_graph() -> None:
    weight, optimizer, scheduler = build()
    loss = weight.square().sum()
    scheduler.report(loss)
    loss.backward()
    optimizer.step()

    assert scheduler.state_dict()["signals"]["first"] == 2.0


def test_micro_batches_count_as_their_mean() -> None:
    assert used_by(before, FALLING) == pytest.approx(used_by(micro_batches, FALLING), rel=1e-9)


def test_a_report_after_the_update_counts_one_update_later() -> None:
    early, late = used_by(before, FALLING), used_by(after, FALLING)

    assert early[0] == late[0]
    assert early[:9] == late[1:10]  # until the line


def test_without_a_report_the_factor_stays() -> None:
    weight, optimizer, scheduler = build()
    train(weight, optimizer, scheduler, FALLING[:4])
    before = scheduler.get_last_lr()

    optimizer.step()

    assert before == scheduler.get_last_lr()


def test_after_the_warmup_no_report_is_read() -> None:
    weight, optimizer, scheduler = build()
    train(weight, optimizer, scheduler, FALLING)
    state = scheduler.state_dict()

    scheduler.report(torch.ones(3))  # would be refused, were it read

    assert state == scheduler.state_dict()


def test_what_lies_ahead_is_told_as_far_as_it_is_known() -> None:
    """At least so much, should the loss not fall any further."""
    weight, optimizer, scheduler = build()
    train(weight, optimizer, scheduler, STUCK[:5])
    told = [scheduler.lr_at(k)[0] for k in range(5, UPDATES)]
    assert scheduler.plan is None
    assert scheduler.reached is None

    used = train(weight, optimizer, scheduler, STUCK[5:])

    assert told == pytest.approx(used, rel=0.05)
    assert all(least <= rate for least, rate in zip(told, used, strict=True))


def test_an_update_that_a_grad_scaler_skips_shifts_nothing() -> None:
    weight, optimizer, scheduler = build()
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    used = []
    for k, loss in enumerate(FALLING[:10]):
        for attempt in range(2 if k == 4 else 1):
            optimizer.zero_grad()
            broken = k == 4 and attempt == 0
            scaler.scale(weight.sum() * (math.inf if broken else 1.0)).backward()
            scheduler.report(math.inf if broken else loss)
            scaler.step(optimizer)
            scaler.update()
        used += scheduler.last_used

    assert scheduler.clock.updates == 10
    assert used == pytest.approx(by_hand(FALLING)[0][:10], rel=1e-12)


def test_a_rate_that_is_a_tensor_stays_that_tensor() -> None:
    weight = torch.nn.Parameter(torch.ones(2))
    rate = torch.tensor(BASE, dtype=torch.float64)
    optimizer = Adam([weight], lr=rate, foreach=False)
    scheduler = LossGapLR(optimizer, THEN, **ASKED)

    used = train(weight, optimizer, scheduler, FALLING)

    assert optimizer.param_groups[0]["lr"] is rate
    assert used == pytest.approx(by_hand(FALLING)[0], rel=1e-12)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"floor": math.nan}, "floor = nan is no loss; use a finite number"),
        ({"ratio": 1.0}, "ratio = 1.0 must lie between 0 and 1"),
        ({"divisor": 1}, "divisor = 1 must be above 1"),
        ({"smoothing": 1.0}, "smoothing = 1.0 must lie between 0 and 1, 1 excluded"),
        (
            {"longest": UPDATES},
            (
                "longest = 40up is 40 updates of the run's 40; a warmup lasts at least 1 and ends "
                "before the run"
            ),
        ),
        (
            {"longest": 0},
            (
                "longest = 0up is 0 updates of the run's 40; a warmup lasts at least 1 and ends "
                "before the run"
            ),
        ),
    ],
    ids=["floor", "ratio", "divisor", "smoothing", "long", "short"],
)
def test_what_cannot_be_meant_is_refused(asked: dict[str, Any], text: str) -> None:
    assert refused(lambda: build(**asked), ScheduleError) == text


def test_a_loss_nobody_reported_is_missed_before_the_second_update() -> None:
    weight, optimizer, scheduler = build()
    weight.grad = torch.ones(2)
    scheduler.report(math.nan)
    optimizer.step()
    before = weight.tolist()

    assert refused(optimizer.step, StateError) == (
        "no finite loss was reported before update 1, and the rate follows from it; "
        "call scheduler.report(loss) before each optimizer.step()"
    )
    assert before == weight.tolist()


def test_a_floor_above_the_loss_is_refused_before_the_first_update() -> None:
    weight, optimizer, scheduler = build()
    weight.grad = torch.ones(2)
    scheduler.report(0.25)

    assert refused(optimizer.step, StateError) == (
        "the first loss, 0.25, is not above floor=0.5, which is the loss to end near; "
        "pass a lower floor"
    )
    assert weight.tolist() == [1.0, 1.0]


def test_a_loss_for_each_sample_is_refused() -> None:
    assert refused(lambda: build()[2].report(torch.ones(4)), TypeError) == (
        "report takes one loss, not a tensor of shape (4,); take its mean"
    )
