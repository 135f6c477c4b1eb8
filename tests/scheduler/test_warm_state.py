"""`warm`: saved and loaded in whatever order, the rates go on as if the run had not stopped."""

import copy
import io
import pickle
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.optim import SGD, Adam, Optimizer, lr_scheduler as peer

from rampup import RampupLR, warm, warmup
from rampup.errors import StateError

N, T = 6, 20
Make = Callable[[Optimizer], peer.LRScheduler]


def sequence(optimizer: Optimizer) -> peer.LRScheduler:
    parts = [peer.LinearLR(optimizer, 0.5, total_iters=3), peer.CosineAnnealingLR(optimizer, 12)]
    return peer.SequentialLR(optimizer, parts, milestones=[4])


def third(step: int) -> float:
    return 1 / (1 + step / 3)


MAKE: dict[str, Make] = {
    "LinearLR": lambda o: peer.LinearLR(o, 0.25, total_iters=9),
    "CosineAnnealingLR": lambda o: peer.CosineAnnealingLR(o, 20),
    "LambdaLR": lambda o: peer.LambdaLR(o, third),
    "OneCycleLR": lambda o: peer.OneCycleLR(o, 1.0, total_steps=30),
    "SequentialLR": sequence,
    "ReduceLROnPlateau": lambda o: peer.ReduceLROnPlateau(o, factor=0.5, patience=1),
}


def build(tensor: bool) -> tuple[list[torch.nn.Parameter], Optimizer]:
    weights = [torch.nn.Parameter(torch.ones(2)) for _ in range(2)]
    lr = torch.tensor(0.1, dtype=torch.float64) if tensor else 0.1
    groups = [{"params": [weights[0]]}, {"params": [weights[1]], "lr": lr / 4}]
    return weights, Adam(groups, lr=lr, foreach=False)


def train(
    weights: list[torch.nn.Parameter],
    optimizer: Optimizer,
    scheduler: peer.LRScheduler,
    updates: range,
) -> list[Any]:
    """Make these updates and return the rates and momenta that they used."""
    used = []
    for k in updates:
        for weight in weights:
            weight.grad = torch.tensor([0.5**k, -1.0])
        used += [(float(g["lr"]), g["betas"][0]) for g in optimizer.param_groups]
        optimizer.step()
        if isinstance(scheduler, peer.ReduceLROnPlateau):
            scheduler.step(float(k))
        else:
            scheduler.step()
    return used


def both_then_scheduler_first(o: Optimizer, make: Callable, saved: dict[str, Any]) -> Any:
    scheduler = make(o)
    scheduler.load_state_dict(saved["scheduler"])
    o.load_state_dict(saved["optimizer"])
    return scheduler


def both_then_optimizer_first(o: Optimizer, make: Callable, saved: dict[str, Any]) -> Any:
    scheduler = make(o)
    o.load_state_dict(saved["optimizer"])
    scheduler.load_state_dict(saved["scheduler"])
    return scheduler


def optimizer_then_built_on_it(o: Optimizer, make: Callable, saved: dict[str, Any]) -> Any:
    o.load_state_dict(saved["optimizer"])
    scheduler = make(o)
    scheduler.load_state_dict(saved["scheduler"])
    return scheduler


ORDERS = [both_then_scheduler_first, both_then_optimizer_first, optimizer_then_built_on_it]


@pytest.mark.parametrize("tensor", [False, True], ids=["float", "tensor"])
@pytest.mark.parametrize("stop", [0, 1, 3, N - 1, N, N + 1, 13])
@pytest.mark.parametrize("how", ["front", "multiply"])
@pytest.mark.parametrize("resume", ORDERS)
@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_a_resumed_run_is_the_unbroken_run(make: Make, resume, how, stop, tensor) -> None:
    """Same rates, same momenta, same bits in the weights, the first update included."""

    def warmed(optimizer: Optimizer) -> peer.LRScheduler:
        return warm(make(optimizer), warmup(N), how=how)

    weights, optimizer = build(tensor)
    scheduler = warmed(optimizer)
    train(weights, optimizer, scheduler, range(stop))
    file = io.BytesIO()
    state = {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}
    torch.save(copy.deepcopy(state), file)
    stopped = [weight.detach().clone() for weight in weights]
    expected = train(weights, optimizer, scheduler, range(stop, T))

    file.seek(0)
    saved = torch.load(file, weights_only=False)
    again, other = build(tensor)
    for weight, value in zip(again, stopped, strict=True):
        weight.data.copy_(value)
    scheduler = resume(other, warmed, saved)

    assert scheduler.last_epoch == stop
    assert expected == train(again, other, scheduler, range(stop, T))
    assert [weight.tolist() for weight in weights] == [weight.tolist() for weight in again]


@pytest.mark.parametrize(("built_first", "share"), [(True, 1.0), (False, 0.25 * 3 / N)])
def test_the_optimizer_alone_begins_the_warmup_again(built_first: bool, share: float) -> None:
    """Built behind the load, torch's scheduler starts from the warmed rate of update 2."""
    weights, optimizer = build(tensor=False)
    train(weights, optimizer, warm(MAKE["LinearLR"](optimizer), warmup(N)), range(2))
    again, other = build(tensor=False)
    scheduler = warm(MAKE["LinearLR"](other), warmup(N)) if built_first else None
    other.load_state_dict(optimizer.state_dict())
    scheduler = scheduler or warm(MAKE["LinearLR"](other), warmup(N))

    train(again, other, scheduler, range(1))

    assert scheduler.last_epoch == 1
    first = share * 0.25 * 2 / N
    assert scheduler.get_last_lr() == pytest.approx([0.1 * first, 0.025 * first])


@pytest.mark.parametrize("stop", [3, 13])
@pytest.mark.parametrize("again", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_goes_on_with_a_clock_of_its_own(again, stop: int) -> None:
    weights, optimizer = build(tensor=False)
    scheduler = warm(MAKE["LinearLR"](optimizer), warmup(N))
    train(weights, optimizer, scheduler, range(stop))

    twin = again(scheduler)
    copied = [group["params"][0] for group in twin.optimizer.param_groups]
    assert train(copied, twin.optimizer, twin, range(stop, T)) == train(
        weights, optimizer, scheduler, range(stop, T)
    )
    assert scheduler.last_epoch == twin.last_epoch == T


def test_the_scheduler_alone_writes_the_rate() -> None:
    _, optimizer = build(tensor=True)
    kept = optimizer.param_groups[0]["lr"]
    scheduler = warm(MAKE["CosineAnnealingLR"](optimizer), warmup(N))

    scheduler.load_state_dict({**scheduler.state_dict(), "updates": 2})

    assert float(kept) == pytest.approx(0.05, rel=1e-12)
    assert optimizer.param_groups[0]["lr"] is kept
    assert scheduler.get_last_lr()[0] is not kept


def test_the_state_holds_the_schedulers_own_rates_and_state() -> None:
    weights, optimizer = build(tensor=False)
    inner = MAKE["CosineAnnealingLR"](optimizer)
    scheduler = warm(inner, warmup("1ep"), updates_per_epoch=N)
    train(weights, optimizer, scheduler, range(3))

    assert scheduler.state_dict() == {
        "updates": 3,
        "how": "front",
        "warmup": "warmup 1ep linear",
        "length": 6,
        "rates": [0.1, 0.025],
        "scheduler": inner.state_dict(),
    }


LACKS = (
    "it was not saved by rampup.warm around such a scheduler, "
    "load it into the scheduler that saved it"
)


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (None, "a scheduler state is a dict, not None; pass what state_dict() returned"),
        ({"rates": []}, f"the state holds no how, length, scheduler, updates, warmup; {LACKS}"),
        ({"updates": -1}, "the state says -1 updates were done; that is no count"),
        ({"updates": True}, "the state says True updates were done; that is no count"),
        (
            {"how": "multiply"},
            (
                "the checkpoint was saved with how = 'multiply', but the code has 'front'; "
                "build the scheduler as it was saved"
            ),
        ),
        (
            {"length": 7},
            (
                "the checkpoint was saved with length = 7, but the code has 6; "
                "build the scheduler as it was saved"
            ),
        ),
        (
            {"warmup": "warmup 6up cosine"},
            (
                "the checkpoint was saved with warmup = 'warmup 6up cosine', but the code has "
                "'warmup 6up linear'; build the scheduler as it was saved"
            ),
        ),
        (
            {"rates": [0.1]},
            (
                "the checkpoint has 1 parameter groups, but the optimizer 2; "
                "build the optimizer as it was saved"
            ),
        ),
    ],
    ids=str,
)
def test_a_state_of_something_else_is_refused(state: Any, text: str) -> None:
    _, optimizer = build(tensor=False)
    scheduler = warm(MAKE["CosineAnnealingLR"](optimizer), warmup(N))
    whole = isinstance(state, dict) and "rates" not in state
    if whole or state == {"rates": [0.1]}:
        state = {**scheduler.state_dict(), **state}

    with pytest.raises(StateError) as caught:
        scheduler.load_state_dict(state)

    assert text == str(caught.value)
    assert scheduler.last_epoch == 0


@pytest.mark.parametrize("other", ["torch", "rampup"])
def test_the_state_of_another_scheduler_is_refused(other: str) -> None:
    optimizer = SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    if other == "torch":
        state = peer.StepLR(optimizer, 3).state_dict()
    else:
        state = RampupLR(optimizer, "warmup 4up", updates=9).state_dict()
    scheduler = warm(MAKE["CosineAnnealingLR"](build(tensor=False)[1]), warmup(N))

    with pytest.raises(StateError, match=r"^the state holds no how, length, .*; it was not saved"):
        scheduler.load_state_dict(state)
