"""`RampupLR`: update k uses base × plan(k), however and whenever `step()` is called."""

import re
from collections.abc import Callable, Iterator

import pytest
import torch
from torch.optim import SGD, Adam, AdamW, Optimizer
from torch.optim.lr_scheduler import LRScheduler

from rampup import RampupLR, decay, hold, warmup
from rampup.errors import ScheduleError, StateError, UnitError

BASE = 0.1
SCHEDULE = warmup("2ep") >> hold(3) >> decay("cosine", to=0.01)
RUN = {"updates": 20, "updates_per_epoch": 4}
FACTORS = [SCHEDULE.plan(**RUN)(k) for k in range(24)]  # four updates past the end


def tensor_lr() -> torch.Tensor:
    return torch.tensor(BASE, dtype=torch.float64)


OPTIMIZERS: dict[str, Callable[[list[torch.nn.Parameter]], Optimizer]] = {
    "SGD": lambda weights: SGD(weights, lr=BASE),
    "SGD fused": lambda weights: SGD(weights, lr=BASE, fused=True),
    "Adam": lambda weights: Adam(weights, lr=BASE),
    "Adam foreach": lambda weights: Adam(weights, lr=BASE, foreach=True),
    "AdamW fused": lambda weights: AdamW(weights, lr=BASE, fused=True),
    "Adam tensor": lambda weights: Adam(weights, lr=tensor_lr(), foreach=False),
    "SGD fused tensor": lambda weights: SGD(weights, lr=tensor_lr(), fused=True),
}


def after_each(update: Callable[[], object], scheduler: RampupLR) -> Iterator[None]:
    update()
    scheduler.step()
    yield


def before_each(update: Callable[[], object], scheduler: RampupLR) -> Iterator[None]:
    scheduler.step()
    update()
    yield


def each_of_four_micro_batches(update: Callable[[], object], scheduler: RampupLR) -> Iterator[None]:
    for batch in range(4):
        if batch == 3:
            update()
        scheduler.step()
    yield


def eight_times(update: Callable[[], object], scheduler: RampupLR) -> Iterator[None]:
    update()
    for _ in range(8):
        scheduler.step()
    yield


def each_epoch_by_number(update: Callable[[], object], scheduler: RampupLR) -> Iterator[None]:
    for epoch in range(6):
        for _ in range(4):
            update()
            yield
        scheduler.step(epoch)


def never(update: Callable[[], object], scheduler: RampupLR) -> Iterator[None]:
    update()
    yield


HABITS = [
    after_each,
    before_each,
    each_of_four_micro_batches,
    eight_times,
    each_epoch_by_number,
    never,
]


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
@pytest.mark.parametrize("habit", HABITS)
def test_update_k_uses_base_times_factor(weight, log_rates, make, habit) -> None:
    """The bits are the same for each habit of calling `step()`, and for each kind of optimizer."""
    optimizer = make([weight])
    kept = optimizer.param_groups[0]["lr"]
    scheduler = RampupLR(optimizer, SCHEDULE, **RUN)
    used = log_rates(optimizer)

    while len(used) < len(FACTORS):
        for _ in habit(optimizer.step, scheduler):
            pass

    assert [[BASE * factor] for factor in FACTORS] == used
    assert isinstance(kept, float) or kept is optimizer.param_groups[0]["lr"]


def test_the_weights_move_by_these_rates(weight) -> None:
    optimizer = SGD([weight], lr=BASE)
    RampupLR(optimizer, SCHEDULE, **RUN)
    by_hand = weight.detach().clone()

    for factor in FACTORS:
        optimizer.step()
        by_hand.add_(weight.grad, alpha=-BASE * factor)

    assert by_hand.tolist() == weight.tolist()


def test_the_reported_rate_is_that_of_the_next_update(weight, log_rates) -> None:
    optimizer = SGD([weight], lr=BASE)
    scheduler = RampupLR(optimizer, str(SCHEDULE), **RUN)
    used, reported, planned, epochs = log_rates(optimizer), [], [], []

    for k in range(len(FACTORS)):
        reported.append(scheduler.get_last_lr())
        planned.append([scheduler.planned(k)])
        epochs.append(scheduler.last_epoch)
        optimizer.step()

    assert used == reported == planned
    assert [*range(len(FACTORS))] == epochs


def test_it_says_where_it_is(weight) -> None:
    weights = [weight, *(torch.nn.Parameter(torch.ones(1)) for _ in range(3))]
    optimizer = SGD([{"params": [one]} for one in weights], lr=0.5)
    scheduler = RampupLR(optimizer, warmup(4), updates=9)
    optimizer.step()

    assert repr(scheduler) == "RampupLR(1 updates done, next rate 0.25, 0.25, 0.25, …)"


def test_torch_takes_it_for_one_of_its_own(weight) -> None:
    optimizer = SGD([weight], lr=BASE)
    scheduler = RampupLR(optimizer, SCHEDULE, **RUN)

    assert isinstance(scheduler, LRScheduler)
    assert scheduler.optimizer is optimizer
    assert "step" not in vars(optimizer)
    assert not hasattr(optimizer.step, "_wrapped_by_lr_sched")


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (("SGD", SCHEDULE), TypeError, "str is not an Optimizer"),
        (
            (None, [1, 2]),
            ScheduleError,
            "[1, 2] is no schedule; pass warmup(…) >> …, or its text 'warmup 5ep >> …'",
        ),
        (
            (None, warmup(20)),
            ScheduleError,
            (
                "the warmup of 'warmup 20up linear' lasts 20 updates, but the run has only 20; "
                "shorten the warmup or lengthen the run"
            ),
        ),
        (
            (None, "warmup 64sp"),
            UnitError,
            (
                "64sp cannot be converted to updates without samples_per_update; "
                "pass samples_per_update=…"
            ),
        ),
    ],
    ids=["optimizer", "schedule", "fit", "unit"],
)
def test_what_cannot_be_scheduled_is_refused(weight, arguments, error, text) -> None:
    optimizer, schedule = arguments

    with pytest.raises(error) as caught:
        RampupLR(optimizer or SGD([weight], lr=BASE), schedule, **RUN)

    assert text == str(caught.value)


@pytest.mark.parametrize("tensor", [False, True], ids=["float", "tensor"])
def test_a_second_writer_is_told_once_and_undone(weight, log_rates, tensor: bool) -> None:
    optimizer = Adam([weight], lr=tensor_lr() if tensor else BASE, foreach=False)
    scheduler = RampupLR(optimizer, SCHEDULE, **RUN)
    used, group = log_rates(optimizer), optimizer.param_groups[0]
    optimizer.step()
    expected = (
        f"the rate of group 0 was written by someone else before update 1: planned "
        f"{BASE * FACTORS[1]:g}, found 9; leave one writer, or pass on_foreign_write='ignore'"
    )

    def overwritten(foreign: float) -> None:
        if tensor:
            group["lr"].fill_(foreign)
        else:
            group["lr"] = foreign
        optimizer.step()
        assert scheduler.last_used == [foreign]

    with pytest.warns(UserWarning, match=f"^{re.escape(expected)}$"):
        overwritten(9.0)
    overwritten(7.0)
    optimizer.step()

    assert [[BASE * FACTORS[0]], [9.0], [7.0], [BASE * FACTORS[3]]] == used
    assert scheduler.last_used == [BASE * FACTORS[3]]


def test_a_second_writer_may_be_an_error(weight) -> None:
    optimizer = SGD([weight], lr=BASE)
    scheduler = RampupLR(optimizer, SCHEDULE, on_foreign_write="error", **RUN)
    optimizer.param_groups[0]["lr"] = 9.0
    before = weight.tolist()

    with pytest.raises(StateError, match="written by someone else before update 0: planned"):
        optimizer.step()

    assert before == weight.tolist()
    assert scheduler.clock.updates == 0


def test_a_second_writer_may_be_meant(weight) -> None:
    optimizer = SGD([weight], lr=BASE)
    scheduler = RampupLR(optimizer, SCHEDULE, on_foreign_write="ignore", **RUN)
    optimizer.param_groups[0]["lr"] = 9.0

    optimizer.step()

    assert scheduler.last_used == [9.0]


def test_a_tensor_that_became_a_number_of_the_same_value_is_no_second_writer(weight) -> None:
    """Ignite's handler writes the rate that it reads from us, as a number."""
    optimizer = Adam([weight], lr=tensor_lr(), foreach=False)
    kept = optimizer.param_groups[0]["lr"]
    scheduler = RampupLR(optimizer, SCHEDULE, **RUN)

    for factor in FACTORS[:4]:
        optimizer.param_groups[0]["lr"] = scheduler.get_lr()[0]
        optimizer.step()
        assert [BASE * factor] == scheduler.last_used
        assert optimizer.param_groups[0]["lr"] is kept


@pytest.mark.parametrize("option", ["clock", "on_foreign_write"])
def test_an_unknown_option_is_refused(weight, option: str) -> None:
    known = {
        "clock": "'updates', 'calls'",
        "on_foreign_write": "'warn', 'error', 'ignore'",
    }

    with pytest.raises(ScheduleError) as caught:
        RampupLR(SGD([weight], lr=BASE), SCHEDULE, **RUN, **{option: "never"})

    assert f"{option} 'never' is unknown; use one of {known[option]}" == str(caught.value)


@pytest.mark.parametrize("calls_first", [False, True])
def test_the_clock_of_calls_counts_them(weight, log_rates, calls_first: bool) -> None:
    optimizer = SGD([weight], lr=BASE)
    scheduler = RampupLR(optimizer, SCHEDULE, clock="calls", **RUN)
    used = log_rates(optimizer)

    for _ in range(8):
        if calls_first:
            scheduler.step()
        optimizer.step()
        if not calls_first:
            scheduler.step()

    assert [[BASE * factor] for factor in FACTORS[calls_first : 8 + calls_first]] == used
    assert scheduler.last_used == [BASE * FACTORS[7]]
    assert not optimizer._optimizer_step_post_hooks
