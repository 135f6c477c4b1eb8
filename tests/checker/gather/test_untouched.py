"""Checking changes nothing: not the scheduler, nor its optimizer, nor what its functions hold."""

import random
import sys
import threading
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from tests.checker.gather.live_objects import by_lambda, optimizer, update
from torch.optim import lr_scheduler as peer

import rampup
from rampup.checker.gather.live import facts
from rampup.errors import CheckError

CALLS: list[int] = []
COUNT = 0


def plain(value: Any) -> Any:
    """Return nested values with arrays as their bytes, so that they can be compared."""
    if isinstance(value, torch.Tensor | np.ndarray):
        return np.asarray(value.detach() if isinstance(value, torch.Tensor) else value).tobytes()
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else repr(value)


def seen(scheduler: Any) -> Any:
    """Return all that a check could change, to the bit."""
    own = scheduler.optimizer
    hooks = len(own._optimizer_step_post_hooks), len(own._optimizer_step_pre_hooks)
    rng = random.getstate(), np.random.get_state(), torch.get_rng_state()
    groups = [{**group} for group in own.param_groups]
    return plain(
        [groups, own.state_dict(), scheduler.state_dict(), hooks, own.defaults, rng, own.__dict__]
    )


def sequential(own: Any) -> Any:
    parts = [peer.LinearLR(own, 0.1, total_iters=3), peer.CosineAnnealingLR(own, 7)]
    return peer.SequentialLR(own, parts, [3])


BUILDERS = {
    "cosine": lambda own: peer.CosineAnnealingLR(own, 10),
    "cycle": lambda own: peer.OneCycleLR(own, 0.1, total_steps=10),
    "sequential": sequential,
    "chained": lambda own: peer.ChainedScheduler(
        [peer.LinearLR(own, total_iters=3), peer.ExponentialLR(own, 0.9)]
    ),
    "restarts": lambda own: peer.CosineAnnealingWarmRestarts(own, 4),
    "cyclic": lambda own: peer.CyclicLR(own, 0.01, 0.1, 3),
    "random": lambda own: peer.LambdaLR(
        own, lambda _: random.random() + np.random.random() + torch.rand(1).item()
    ),
    "rampup": lambda own: rampup.RampupLR(own, "warmup 3up >> decay", updates=10),
    "warm": lambda own: rampup.warm(peer.StepLR(own, 4), "warmup 3up"),
}


@pytest.mark.filterwarnings("ignore:Detected call")
@pytest.mark.parametrize("steps", [0, 4])
@pytest.mark.parametrize("kind", [torch.optim.SGD, torch.optim.AdamW])
@pytest.mark.parametrize("name", BUILDERS)
def test_live_objects_stay_as_they_are_to_the_bit(name: str, kind: type, steps: int) -> None:
    more = {"momentum": 0.9} if kind is torch.optim.SGD else {}
    own = optimizer(0.5, kind=kind, groups=2, **more)
    scheduler = BUILDERS[name](own)
    update(own, steps, scheduler)
    before = seen(scheduler)

    assert facts(scheduler, updates=10)

    assert seen(scheduler) == before


def test_a_tensor_rate_stays_as_it_is() -> None:
    own = optimizer(torch.tensor(0.5), kind=torch.optim.Adam)
    scheduler = peer.LinearLR(own, 0.5, total_iters=4)
    rate = own.param_groups[0]["lr"]

    (curve, _) = facts(scheduler, updates=8)

    assert own.param_groups[0]["lr"] is rate
    assert (rate.item(), rate._version) == (0.25, 1)
    assert curve.rates[4, 0] == 0.5


def test_functions_are_copied_with_all_that_they_change() -> None:
    calls: list[int] = []
    count = 0

    class Counter:
        def __init__(self) -> None:
            self.called: list[int] = []

        def __call__(self, step: int) -> float:
            self.called.append(step)
            return 1.0

        def method(self, step: int) -> float:
            return self(step)

    def closing(step: int) -> float:
        nonlocal count
        global COUNT
        calls.append(step)
        CALLS.append(step)
        count, COUNT = count + 1, COUNT + 1
        return 1.0 / count

    def keyword(step: int, log: list[int]) -> float:
        log.append(step)
        return 1.0

    counter, logged = Counter(), []
    functions = [closing, counter, counter.method, partial(keyword, log=logged)]
    scheduler = peer.LambdaLR(optimizer(groups=4), functions)
    before = [[*calls], [*CALLS], count, COUNT, [*counter.called], [*logged]]

    (curve, _) = facts(scheduler, updates=5)

    assert [calls, CALLS, count, COUNT, counter.called, logged] == before
    assert np.isfinite(curve.rates).all()
    assert scheduler.lr_lambdas == functions


def test_what_a_function_prints_is_not_seen(capsys: pytest.CaptureFixture[str]) -> None:
    scheduler = by_lambda(lambda step: sys.stdout.write(str(step)) / 1)
    capsys.readouterr()

    facts(scheduler, updates=5)

    assert capsys.readouterr().out == ""


def test_a_large_thing_that_a_function_looks_at_is_not_copied() -> None:
    model = torch.nn.Linear(2, 2)
    model.__deepcopy__ = None  # type: ignore[assignment]
    loader = torch.utils.data.DataLoader([1, 2, 3])
    scheduler = by_lambda(lambda _: len(loader) / (1 + len(list(model.parameters()))))

    assert facts(scheduler, updates=5)[0].rates[0, 0] == 1.0


def test_a_function_that_cannot_be_copied_is_not_called() -> None:
    lock = threading.Lock()
    calls = []

    def locked(step: int) -> float:
        with lock:
            calls.append(step)
        return 1.0

    scheduler = by_lambda(locked)
    with pytest.raises(CheckError) as refusal:
        facts(scheduler, updates=5)

    assert calls == [0]
    assert str(refusal.value) == (
        "could not check LambdaLR: it cannot be copied (cannot pickle '_thread.lock' object), and "
        "evaluating it would change it; let its functions close over plain values"
    )
