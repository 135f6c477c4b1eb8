"""`CatapultLR`: the rates and weights are those of a loop written by hand, through any resume."""

import copy
import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from tests.checkpoints import through_a_file
from tests.refused import refused
from torch import nn
from torch.optim import SGD, Adam, Optimizer

from rampup import CatapultLR, decay, hold
from rampup.errors import DivergedError, ScheduleError, StateError

BASE = 0.5
UPDATES = 40
LONGEST = 25
START = 0.05
THEN = hold(2) >> decay("cosine", to=0.1)
CURVATURES = np.array([0.5, 2.0, 9.0])


def batches(rough: int | None = None) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return curvatures and minimum of each batch's loss; update `rough` meets steep ones."""
    draw = np.random.default_rng(3)
    made = [(CURVATURES, 0.3 * draw.standard_normal(3)) for _ in range(UPDATES)]
    if rough is not None:
        made[rough] = (100 * CURVATURES, made[rough][1])
    return made


def by_hand(course: list[tuple[np.ndarray, np.ndarray]]) -> tuple[list[float], list[list[float]]]:
    """Return the rates and weights of plain gradient descent, by the rules alone."""
    w, factor, first, reference, begin = np.array([3.0, -2.0, 1.0]), START, None, None, None
    kept, peak, used, weights = None, 1.0, [], []
    for k, (curvature, minimum) in enumerate(course):

        def loss(at, curvature=curvature, minimum=minimum):
            return float((curvature * (at - minimum) ** 2).sum() / 2)

        gradient = curvature * (w - minimum)
        if begin is None:
            now = loss(w)
            first = now if first is None else first
            if now > 4 * first:
                w, factor, gradient = kept.copy(), factor / 4, np.zeros(3)
            elif reference is None or now < reference:
                if factor == 1.0 and reference is not None:
                    begin, peak = k, 1.0
                elif k < LONGEST:
                    low, high = factor, min(2 * factor, 1.0)

                    def rises(e, w=w, gradient=gradient, now=now, loss=loss):
                        return loss(w - e * BASE * gradient) > now

                    if high > low and rises(low):
                        factor = low
                    elif high > low and rises(high):
                        while high > 1.1 * low:
                            middle = math.sqrt(low * high)
                            low, high = (low, middle) if rises(middle) else (middle, high)
                        factor = high
                    else:
                        factor = high
                    reference, kept = now, w.copy()
            if begin is None and k >= LONGEST:
                begin, peak = k, factor
        if begin is None:
            used.append(BASE * factor)
        else:
            used.append(BASE * peak * (hold(begin) >> THEN).plan(updates=UPDATES)(k))
        w = w - used[-1] * gradient
        weights.append(w.tolist())
    return used, weights


class Bowl(nn.Module):
    """A loss that is a quadratic of its weight, another one for each batch."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([3.0, -2.0, 1.0], dtype=torch.float64))
        self.register_buffer("seen", torch.zeros((), dtype=torch.int64))
        self.batch = batches()[0]

    def forward(self) -> torch.Tensor:
        """Return the loss of the batch at hand."""
        self.seen += 1
        curvature, minimum = map(torch.from_numpy, self.batch)
        return (curvature * (self.weight - minimum) ** 2).sum() / 2


def scheduled(model: Bowl, optimizer: Optimizer, **asked: Any) -> CatapultLR:
    given = {"updates": UPDATES, "longest": LONGEST, "start": START, **asked}
    return CatapultLR(optimizer, THEN, model=model, loss=model, **given)


def build(make: Callable[..., Optimizer] = SGD, **asked: Any) -> tuple[Bowl, Any, CatapultLR]:
    model = Bowl()
    optimizer = make(model.parameters(), lr=BASE)
    return model, optimizer, scheduled(model, optimizer, **asked)


def train(
    model: Bowl, optimizer: Optimizer, scheduler: CatapultLR, course: list[Any]
) -> tuple[list[float], list[list[float]]]:
    """Make an update on each batch and return the rates used and the weights after each."""
    used, weights = [], []
    for batch in course:
        model.batch = batch
        optimizer.zero_grad()
        model().backward()
        optimizer.step()
        used += scheduler.last_used
        weights.append(model.weight.tolist())
    return used, weights


@pytest.mark.parametrize("rough", [None, 4, 9], ids=["smooth", "rough at 4", "rough at 9"])
def test_rates_and_weights_are_those_of_the_loop(rough: int | None) -> None:
    course = batches(rough)

    used, weights = train(*build(), course)

    rates, by_rules = by_hand(course)
    assert used == pytest.approx(rates, rel=1e-9)
    torch.testing.assert_close(torch.tensor(weights), torch.tensor(by_rules), rtol=1e-9, atol=1e-9)


def test_the_loop_climbs_and_goes_back_and_hands_over() -> None:
    """What the courses above must hold, lest they test little."""
    smooth, rough = by_hand(batches())[0], by_hand(batches(4))[0]

    assert max(smooth) > 2 * START * BASE
    assert rough[4] < rough[3] / 3.99
    assert all(after <= 2 * before for before, after in pairwise(smooth))


def test_it_ends_at_the_peak_once_the_loss_is_low_there() -> None:
    model = Bowl()
    optimizer = SGD(model.parameters(), lr=0.1)  # below every critical rate
    scheduler = scheduled(model, optimizer)

    used, _ = train(model, optimizer, scheduler, [(CURVATURES, np.zeros(3))] * UPDATES)

    assert used[:6] == pytest.approx([0.01, 0.02, 0.04, 0.08, 0.1, 0.1])
    assert scheduler.reached == 5
    expected = [0.1 * (hold(5) >> THEN).plan(updates=UPDATES)(k) for k in range(5, UPDATES)]
    assert used[5:] == expected
    assert scheduler.state_dict()["signals"]["snapshot"] is None


def test_it_ends_where_it_is_when_time_is_up() -> None:
    run = build(longest=8)

    used, _ = train(*run, batches())

    assert run[2].reached == 8
    share = used[7] / BASE
    assert START < share < 1.0
    plan = (hold(8) >> THEN).plan(updates=UPDATES)
    assert used[8:] == pytest.approx([BASE * share * plan(k) for k in range(8, UPDATES)])
    assert run[2].lr_at(3) == [pytest.approx(BASE * share)]


def test_it_climbs_no_more_when_time_is_up() -> None:
    """Three climbs in three updates, though the loss falls at the fourth too."""
    model = Bowl()
    optimizer = SGD(model.parameters(), lr=0.1)
    run = model, optimizer, scheduled(model, optimizer, longest=3)

    used, _ = train(*run, [(CURVATURES, np.zeros(3))] * 5)

    assert used == pytest.approx([0.01, 0.02, 0.04, 0.04, 0.04])
    assert run[2].reached == 3


def test_a_broken_loss_is_rolled_back_to_before_the_last_climb() -> None:
    model, optimizer, scheduler = build(Adam)
    train(model, optimizer, scheduler, batches()[:1])
    kept = scheduler.state_dict()["signals"]["snapshot"]
    rate = scheduler.last_used[0]
    with torch.no_grad():
        model.weight.fill_(math.nan)

    used, weights = train(model, optimizer, scheduler, batches()[1:2])

    assert used == [rate / 4]
    assert weights == [[3.0, -2.0, 1.0]] == [kept["parameters"][0].tolist()]
    assert dict(optimizer.state) == {}
    assert model.weight.grad is None
    assert model.seen == kept["buffers"]["seen"]
    assert scheduler.clock.updates == 2


def test_the_extra_forward_passes_leave_no_trace() -> None:
    """Buffers count the forward passes of training alone; random numbers go on as ever."""
    run = build()
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)

    train(*run, batches()[:10])

    assert run[0].seen == 10
    assert torch.equal(expected, torch.rand(1))


def scheduler_first(model: Bowl, optimizer: Optimizer, saved: dict[str, Any]) -> CatapultLR:
    scheduler = scheduled(model, optimizer)
    scheduler.load_state_dict(saved["scheduler"])
    optimizer.load_state_dict(saved["optimizer"])
    return scheduler


def optimizer_first(model: Bowl, optimizer: Optimizer, saved: dict[str, Any]) -> CatapultLR:
    scheduler = scheduled(model, optimizer)
    optimizer.load_state_dict(saved["optimizer"])
    scheduler.load_state_dict(saved["scheduler"])
    return scheduler


def optimizer_alone(model: Bowl, optimizer: Optimizer, saved: dict[str, Any]) -> CatapultLR:
    optimizer.load_state_dict(saved["optimizer"])
    return scheduled(model, optimizer)


@pytest.mark.parametrize("make", [SGD, Adam])
@pytest.mark.parametrize("stop", [0, 1, 5, 9, 24, 26, 35])
@pytest.mark.parametrize("resume", [scheduler_first, optimizer_first, optimizer_alone])
def test_a_resumed_run_is_the_unbroken_run(
    resume: Callable[..., CatapultLR], stop: int, make: Callable[..., Optimizer]
) -> None:
    """To the bit, and though it goes back, at update 9, to before where it stopped."""
    course = batches(rough=9)
    model, optimizer, scheduler = build(make)
    train(model, optimizer, scheduler, course[:stop])
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
    }
    saved = through_a_file(state)
    expected = train(model, optimizer, scheduler, course[stop:])

    again = Bowl()
    again.load_state_dict(saved["model"])
    other = make(again.parameters(), lr=BASE)
    resumed = resume(again, other, saved)

    assert expected == train(again, other, resumed, course[stop:])
    assert scheduler.reached == resumed.reached


def test_a_copy_keeps_position_and_snapshot() -> None:
    run = build()
    train(*run, batches()[:5])

    copied = copy.deepcopy(run)

    assert train(*run, batches(9)[5:]) == train(*copied, batches(9)[5:])


def test_a_group_that_joins_can_go_back_too() -> None:
    model, optimizer, scheduler = build()
    train(model, optimizer, scheduler, batches()[:3])
    more = nn.Parameter(torch.ones(1, dtype=torch.float64))
    optimizer.add_param_group({"params": [more], "lr": BASE / 2})
    train(model, optimizer, scheduler, batches()[3:5])
    with torch.no_grad():
        model.weight.fill_(math.nan)
        more.fill_(7.0)

    train(model, optimizer, scheduler, batches()[5:6])

    assert more.item() == 1.0
    assert model.weight.isfinite().all()
    one, other = scheduler.last_used
    assert one == 2 * other


def test_an_update_that_a_fused_optimizer_skips_decides_nothing() -> None:
    model, optimizer, scheduler = build(lambda w, lr: SGD(w, lr=lr, fused=True))
    model().backward()
    before = scheduler.state_dict()
    optimizer.found_inf, optimizer.grad_scale = torch.ones(()), torch.ones(())

    optimizer.step()

    assert before == scheduler.state_dict()


@pytest.mark.parametrize("start", [0.0, 1.5, math.nan])
def test_a_start_that_is_no_factor_is_refused(start: float) -> None:
    assert refused(lambda: build(start=start), ScheduleError) == (
        f"start = {start} must lie between 0 and 1, as a factor"
    )


def test_a_closure_is_refused() -> None:
    model, optimizer, _ = build()

    assert refused(lambda: optimizer.step(model), StateError) == (
        "CatapultLR looks at the gradients before the step, and a closure makes them within it; "
        "call optimizer.step() without one"
    )


def test_a_first_loss_that_is_not_finite_is_refused() -> None:
    model, optimizer, _ = build()
    model.batch = (CURVATURES * math.inf, np.zeros(3))
    model().backward()

    assert refused(optimizer.step, DivergedError) == "the loss is inf before the first update"


def test_a_checkpoint_of_another_start_is_refused() -> None:
    theirs = build(start=0.25)[2].state_dict()

    assert refused(lambda: build()[2].load_state_dict(theirs), StateError) == (
        "the checkpoint disagrees with the code:\n"
        "         checkpoint  code\n"
        "  start  0.25        0.05\n"
        "build the scheduler as it was saved"
    )
