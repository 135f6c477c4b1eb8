"""The plan in a trace: ours at once, torch's where two updates kept to it, and else none."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import transformers
from torch import nn
from torch.optim import SGD, Optimizer, lr_scheduler as peer

from rampup import RampupLR, warm, watch
from rampup.recorder.watch import Watch
from rampup.trace.record import Planned


def run(make: Callable[[Optimizer], Any], *, updates: int = 4, every: int = 1) -> Watch:
    """Return the trace of some updates, the scheduler stepped after each `every`-th one."""
    weight = nn.Linear(2, 1)
    optimizer = SGD(weight.parameters(), lr=0.5)
    scheduler = make(optimizer)
    with watch(weight, optimizer, scheduler=scheduler) as trace:
        for k in range(updates):
            optimizer.step()
            if k % every == every - 1:
                scheduler.step()
    return trace


def plans(trace: Watch) -> list[Planned]:
    return [event for event in trace.events if isinstance(event, Planned)]


def test_a_scheduler_of_ours_says_its_plan_before_the_first_update() -> None:
    trace = run(
        lambda o: RampupLR(o, "warmup 1ep >> hold", updates=9, updates_per_epoch=4), updates=1
    )

    assert [event.kind for event in trace.events[:3]] == ["header", "schedule", "update"]
    assert plans(trace) == [
        Planned(
            text="warmup 1ep linear >> hold",
            base=0.5,
            updates=9,
            updates_per_epoch=4,
            warmup=4,
            peak=0.5,
            peak_at=3,
            classes=0,
            epochs=[
                {"epoch": 1, "first": 0.125, "last": 0.5},
                {"epoch": 2, "first": 0.5, "last": 0.5},
            ],
        )
    ]


def chained(o: Optimizer) -> Any:
    return peer.ChainedScheduler(
        [peer.LinearLR(o, 0.25, total_iters=4), peer.ConstantLR(o, 0.5, total_iters=2)]
    )


KNOWN: dict[str, tuple[Callable[[Optimizer], Any], tuple[int, float, int]]] = {
    "LinearLR": (lambda o: peer.LinearLR(o, 0.25, total_iters=3), (3, 0.5, 3)),
    "CosineAnnealingLR": (lambda o: peer.CosineAnnealingLR(o, 10), (0, 0.5, 0)),
    "OneCycleLR": (lambda o: peer.OneCycleLR(o, 2.0, 100), (0, 2.0, 29)),
    "CyclicLR": (
        lambda o: peer.CyclicLR(o, 0.1, 1.0, 7, cycle_momentum=False),
        (0, 1.0, 7),
    ),
    "ChainedScheduler": (chained, (4, 0.5, 4)),
    "transformers": (
        lambda o: transformers.get_cosine_schedule_with_warmup(o, 10, 100),
        (10, 0.5, 10),
    ),
}


@pytest.mark.parametrize(("make", "known"), KNOWN.values(), ids=KNOWN)
def test_the_plan_of_torch_is_told_after_two_updates(
    make: Callable[[Optimizer], Any], known: tuple[int, float, int]
) -> None:
    trace = run(make)

    (plan,) = plans(trace)
    assert [event.kind for event in trace.events[:4]] == ["header", "update", "update", "schedule"]
    assert (plan.warmup, pytest.approx(plan.peak), plan.peak_at) == known
    assert (plan.updates, plan.updates_per_epoch, plan.classes, plan.epochs) == (0, 0, 0, [])


def test_a_rule_that_needs_the_plan_speaks_of_a_foreign_loop() -> None:
    trace = run(lambda o: transformers.get_constant_schedule_with_warmup(o, 3), updates=6)

    said = [event.sentence for event in trace.events if event.kind == "observation"]
    assert "warmup took 3 of 6 updates, 50% of the run" in said
    assert plans(trace)[0].text == "warmup 3up linear anchor start >> hold"


class Own(peer.StepLR):
    """May compute anything."""


def resumed(o: Optimizer) -> Any:
    scheduler = peer.LinearLR(o, 0.25, total_iters=9)
    scheduler.last_epoch = 3
    return scheduler


UNKNOWN: dict[str, Callable[[Optimizer], Any]] = {
    "a class of the user's": lambda o: Own(o, 2),
    "a warmup in front of another": lambda o: warm(peer.StepLR(o, 2), "warmup 2up"),
    "a product of what went before": lambda o: peer.MultiplicativeLR(o, lambda _: 0.5),
    "resumed": resumed,
}


@pytest.mark.parametrize("make", UNKNOWN.values(), ids=UNKNOWN)
def test_of_what_is_not_known_nothing_is_told(make: Callable[[Optimizer], Any]) -> None:
    assert plans(run(make)) == []


def test_a_scheduler_that_is_stepped_per_epoch_has_no_plan_by_update() -> None:
    assert plans(run(lambda o: peer.LinearLR(o, 0.25, total_iters=3), every=2)) == []
    assert plans(run(lambda o: peer.StepLR(o, 30), every=2)) == []


def test_rates_that_others_change_are_not_those_of_the_plan() -> None:
    def make(o: Optimizer) -> Any:
        scheduler = peer.LinearLR(o, 0.25, total_iters=3)
        o.register_step_post_hook(lambda *_: o.param_groups[0].update(lr=0.0625))
        return scheduler

    assert plans(run(make)) == []


def test_no_function_of_the_users_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan of a LambdaLR would be found by calling it, and it may draw random numbers."""
    calls: list[int] = []

    def make(o: Optimizer) -> Any:
        scheduler = peer.SequentialLR(
            o, [peer.LambdaLR(o, counted), peer.ConstantLR(o)], milestones=[9]
        )
        calls.clear()
        return scheduler

    def counted(k: int) -> float:
        calls.append(k)
        return 1.0

    monkeypatch.setitem(globals(), "counted", counted)
    counted.__qualname__ = "counted"  # so that it could be imported by its name

    assert plans(run(make, updates=2)) == []
    assert calls == [1, 2]


@pytest.mark.parametrize("kind", ["LinearLR", "transformers"])
def test_a_run_with_a_foreign_plan_is_the_unwatched_run(kind: str) -> None:
    def train(watched: bool) -> tuple[bytes, Any, list[int]]:
        torch.manual_seed(0)
        model = nn.Linear(3, 1)
        optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
        scheduler = KNOWN[kind][0](optimizer)
        trace = watch(model, optimizer, scheduler=scheduler)
        if watched:
            trace.__enter__()
        for _ in range(5):
            optimizer.zero_grad()
            model(torch.randn(4, 3)).square().mean().backward()
            optimizer.step()
            scheduler.step()
        if watched:
            trace.__exit__(None, None, None)
            assert len(plans(trace)) == 1
        state = {k: v for k, v in scheduler.state_dict().items() if k != "lr_lambdas"}
        return (
            model.weight.detach().numpy().tobytes(),
            state,
            torch.get_rng_state().tolist(),
        )

    assert train(watched=True) == train(watched=False)
