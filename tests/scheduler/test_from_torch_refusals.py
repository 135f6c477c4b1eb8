"""`from_torch` says in one sentence why a scheduler is no schedule."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch.optim import SGD, Optimizer, lr_scheduler as peer

from rampup import RampupLR, from_torch, warmup
from rampup.errors import ScheduleError


def two_groups() -> Optimizer:
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": lr} for lr in (0.1, 0.05)]
    return SGD(groups, lr=0.1)


def power(gamma: float, step: int) -> float:
    return gamma**step


class Custom(peer.StepLR):
    """A class that may compute whatever it wants."""


def cyclic(optimizer: Optimizer, **options: Any) -> peer.LRScheduler:
    return peer.CyclicLR(optimizer, 0.1, 1.0, cycle_momentum=False, **options)


REFUSED: dict[str, tuple[Callable[[Optimizer], Any], str]] = {
    "plateau": (
        lambda o: peer.ReduceLROnPlateau(o, min_lr=[0.01, 0.01]),
        (
            "the groups of ReduceLROnPlateau need different schedules, because min_lr is no equal "
            "share of their base rates; read a scheduler of each"
        ),
    ),
    "patience": (
        lambda o: peer.ReduceLROnPlateau(o, patience=-1),
        "plateau patience -1: use a whole number of reports ≥ 0",
    ),
    "subclass": (
        lambda o: Custom(o, 3),
        (
            "Custom is no scheduler of torch's own, so that its rates are not known; "
            "write them as a function for from_function"
        ),
    ),
    "ours": (
        lambda o: RampupLR(o, warmup(4), updates=9),
        (
            "RampupLR is no scheduler of torch's own, so that its rates are not known; "
            "write them as a function for from_function"
        ),
    ),
    "partial": (
        lambda o: peer.LambdaLR(o, partial(power, 0.5)),
        (
            "a partial of power cannot be saved, because no name says which arguments it has; "
            "write a function without them at the top level of a module"
        ),
    ),
    "two functions": (
        lambda o: peer.LambdaLR(o, [partial(power, 0.5), partial(power, 0.9)]),
        (
            "LambdaLR has a function of its own for each group, and a schedule is one curve; "
            "read a LambdaLR of each"
        ),
    ),
    "multiplicative": (
        lambda o: peer.MultiplicativeLR(o, abs),
        (
            "MultiplicativeLR multiplies the values of its function up to each update, and a "
            "schedule replays nothing; write the product as a function for from_function"
        ),
    ),
    "lowest rate of two": (
        lambda o: peer.CosineAnnealingLR(o, 9, eta_min=0.01),
        (
            "the groups of CosineAnnealingLR need different schedules, because eta_min = 0.01 is "
            "no equal share of their base rates; read a scheduler of each"
        ),
    ),
    "lowest rate above": (
        lambda o: peer.CosineAnnealingWarmRestarts(o, 9, eta_min=0.5),
        "eta_min = 0.5 must lie between 0 and base_lr = 0.1",
    ),
    "cycles from one rate": (
        lambda o: peer.CyclicLR(o, 0.1, [1.0, 0.5], cycle_momentum=False),
        (
            "the groups of CyclicLR need different schedules, because base_lr is no equal share of "
            "max_lr; read a scheduler of each"
        ),
    ),
    "cycles of a function": (
        lambda o: cyclic(o, scale_fn=abs),
        (
            "CyclicLR with a scale_fn of its own is no schedule; use one of its modes, or write "
            "the factors as a function for from_function"
        ),
    ),
    "half steps": (
        lambda o: cyclic(o, step_size_up=2.5, step_size_down=3),
        "CyclicLR with steps of 2.5 up and 3 down is no schedule; use whole numbers",
    ),
    "no end": (
        lambda o: peer.LinearLR(o, total_iters=0),
        "total_iters = 0 must be a whole number ≥ 1",
    ),
    "sequence in a sequence": (
        lambda o: peer.SequentialLR(
            o, [peer.SequentialLR(o, [peer.StepLR(o, 3)], []), peer.StepLR(o, 3)], [5]
        ),
        (
            "SequentialLR cannot start a SequentialLR where it should, and torch's rates there are "
            "none that a schedule says; put its parts into one SequentialLR"
        ),
    ),
    "cycle in a sequence": (
        lambda o: peer.SequentialLR(o, [cyclic(o), peer.StepLR(o, 3)], [5]),
        (
            "CyclicLR in a SequentialLR has a base rate of its own, and a schedule has one; "
            "read it by itself"
        ),
    ),
    "lambda in a chain": (
        lambda o: peer.ChainedScheduler([peer.LambdaLR(o, abs), peer.StepLR(o, 3)]),
        (
            "ChainedScheduler is no product with LambdaLR, which writes a rate of its own over the "
            "others'; multiply the schedules of both with *"
        ),
    ),
    "sequence in a chain": (
        lambda o: peer.ChainedScheduler([peer.SequentialLR(o, [peer.StepLR(o, 3)], [])]),
        (
            "ChainedScheduler is no product with SequentialLR, which writes a rate of its own over "
            "the others'; multiply the schedules of both with *"
        ),
    ),
    "restarts in a chain": (
        lambda o: peer.ChainedScheduler([peer.CosineAnnealingWarmRestarts(o, 3)]),
        (
            "torch does not multiply 'restarts 3up cosine to 0.0': it writes a rate of its own "
            "over the others'; write a * b for the product"
        ),
    ),
}


@pytest.mark.filterwarnings("ignore:Detected call of")  # torch's own, at the nested sequence
@pytest.mark.parametrize(("make", "text"), REFUSED.values(), ids=REFUSED)
def test_what_no_schedule_says_is_refused(make: Callable[[Optimizer], Any], text: str) -> None:
    scheduler = make(two_groups())

    with pytest.raises(ScheduleError) as caught:
        from_torch(scheduler)

    assert text == str(caught.value)


def test_a_lambda_is_refused() -> None:
    scheduler = peer.LambdaLR(two_groups(), lambda step: 1 / (1 + step))

    with pytest.raises(ScheduleError, match=r"<lambda>.* has no name .* so it cannot be saved; "):
        from_torch(scheduler)


def test_what_is_no_scheduler_is_refused() -> None:
    with pytest.raises(TypeError) as caught:
        from_torch(two_groups())

    assert str(caught.value) == "SGD is not an LRScheduler of torch; pass one, such as StepLR"
