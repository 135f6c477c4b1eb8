"""The loop: it computes what ten lines written by hand compute, bit for bit."""

import math
from collections import deque
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from rampup import Config, RampupLR, Run, parse, train, watch
from rampup.errors import DivergedError
from rampup.pipeline.config import Training
from rampup.pipeline.job import prepare
from rampup.pipeline.train import Tensors, fit, optimizer_for


def by_hand(tensors: Tensors, per_epoch: bool) -> nn.Sequential:
    """Return the page's network, trained by a loop that knows nothing of rampup."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(10, 50), nn.ReLU(), nn.Linear(50, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    order, k = torch.Generator().manual_seed(0), 0
    for epoch in range(10):
        for rows in torch.randperm(800, generator=order).split(32):
            progress = (epoch + 1) / 5 if per_epoch else (k + 1) / 125
            optimizer.param_groups[0]["lr"] = min(progress, 1.0) * 0.01
            optimizer.zero_grad()
            cross_entropy(model(tensors.x[rows]), tensors.y[rows]).backward()
            optimizer.step()
            k += 1
    return model


@pytest.mark.parametrize(("name", "per_epoch"), [("default_run", False), ("page_run", True)])
def test_the_weights_are_those_of_a_loop_by_hand(
    request: pytest.FixtureRequest, name: str, per_epoch: bool
) -> None:
    """Recording, scheduling, evaluating and saving leave no bit of the weights different."""
    run: Run = request.getfixturevalue(name)
    reference = by_hand(prepare(run.config).tensors, per_epoch).state_dict()
    got = run.model.state_dict()

    assert list(got) == list(reference)
    assert all(torch.equal(got[name], reference[name]) for name in reference)


def test_an_epoch_is_measured_over_all_rows(default_run: Run) -> None:
    tensors = prepare(default_run.config).tensors
    last, model = default_run.epochs[-1], by_hand(tensors, per_epoch=False)
    with torch.no_grad():
        train_out, held_out = model(tensors.x), model(tensors.x_held_out)

    assert last.train_loss == cross_entropy(train_out, tensors.y).item()
    assert last.held_out_loss == cross_entropy(held_out, tensors.y_held_out).item()
    right = (train_out.argmax(1) == tensors.y).float().mean().item()
    assert last.train_accuracy == pytest.approx(right)
    right = (held_out.argmax(1) == tensors.y_held_out).float().mean().item()
    assert last.held_out_accuracy == pytest.approx(right)


def test_recording_changes_nothing_with_dropout() -> None:
    """A model that draws random numbers trains the same, watched or not."""
    tensors = prepare(Config()).tensors
    trained = []
    for watched in (False, True):
        torch.manual_seed(7)
        model = nn.Sequential(nn.Linear(10, 20), nn.BatchNorm1d(20), nn.Dropout(), nn.Linear(20, 2))
        training = Training(epochs=2)
        optimizer = optimizer_for(model, training)
        scheduler = RampupLR(optimizer, "warmup 1ep >> hold", updates=50, updates_per_epoch=25)
        loop: dict[str, Any] = {"seed": 3}
        if watched:
            with watch(model, optimizer, scheduler=scheduler) as trace:
                list(fit(model, tensors, training, optimizer, scheduler, trace=trace, **loop))
        else:
            list(fit(model, tensors, training, optimizer, scheduler, **loop))
        trained.append((model.state_dict(), torch.get_rng_state()))

    (plain, plain_rng), (recorded, recorded_rng) = trained
    assert all(torch.equal(plain[name], recorded[name]) for name in plain)
    assert torch.equal(plain_rng, recorded_rng)


@pytest.mark.parametrize("failing", [False, True])
def test_the_callers_random_state_is_left_alone(failing: bool) -> None:
    config: dict[str, Any] = {"training": {"epochs": 6}, "baseline": {"seeds": 3}}
    if failing:
        config["training"] = {"epochs": 6, "optimizer": "sgd", "lr": 1e30}
    torch.manual_seed(1234)
    before = torch.get_rng_state()
    try:
        diverged = train(config) is None
    except DivergedError:
        diverged = True

    assert diverged is failing
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("training", "kind", "options"),
    [
        (Training(), torch.optim.Adam, {"lr": 0.01, "weight_decay": 0.0}),
        (Training(optimizer="adamw", lr=0.5, weight_decay=0.1), torch.optim.AdamW,
         {"lr": 0.5, "weight_decay": 0.1}),
        (Training(optimizer="sgd", lr=2, momentum=0.9, weight_decay=0.3), torch.optim.SGD,
         {"lr": 2.0, "momentum": 0.9, "weight_decay": 0.3}),
    ],
)  # fmt: skip
def test_the_optimizer_is_the_one_configured(
    training: Training, kind: type, options: dict[str, float]
) -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 2))
    model[0].requires_grad_(False)

    optimizer = optimizer_for(model, training)

    assert type(optimizer) is kind
    assert {name: optimizer.param_groups[0][name] for name in options} == options
    assert optimizer.param_groups[0]["params"] == [model[1].weight, model[1].bias]


@pytest.mark.parametrize(("rows", "size", "batches"), [(800, 32, 25), (801, 32, 26), (5, 8, 1)])
def test_the_last_batch_may_be_smaller(rows: int, size: int, batches: int) -> None:
    x, y = torch.zeros(rows, 1), torch.zeros(rows, dtype=torch.int64)
    tensors = Tensors(x=x, y=y, x_held_out=x, y_held_out=y)

    assert tensors.updates_per_epoch(size) == batches


class Breaks(nn.Module):
    """Its output becomes NaN at the n-th training batch, or right after it."""

    def __init__(self, at: int, evaluating: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(2))
        self.at, self.evaluating, self.seen = at, evaluating, 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.seen += self.training
        broken = self.seen >= self.at and self.training is not self.evaluating
        return self.weight.expand(len(x), 2) * (math.nan if broken else 1.0)


@pytest.mark.parametrize(
    ("at", "evaluating", "said", "updates", "epochs"),
    [
        (1, False, "the loss of update 0 is nan; no update was made", 0, 1),
        (3, False, "the loss of update 2 is nan; the rate used last was 0.02", 2, 1),
        (9, False, "the loss of update 8 is nan; the rate used last was 0.08", 8, 3),
        (8, True, "the loss after update 7 is not finite; the rate used last was 0.08", 8, 2),
    ],
)
def test_a_non_finite_loss_stops_before_its_update(
    at: int, evaluating: bool, said: str, updates: int, epochs: int
) -> None:
    x, y = torch.zeros(8, 1), torch.zeros(8, dtype=torch.int64)
    model, training = Breaks(at, evaluating), Training(batch_size=2, epochs=5, lr=0.1)
    optimizer = optimizer_for(model, training)
    scheduler = RampupLR(optimizer, parse("warmup 10up >> hold"), updates=20)
    tensors = Tensors(x=x, y=y, x_held_out=x, y_held_out=y)
    curve = deque()
    with pytest.raises(DivergedError) as error:
        curve.extend(fit(model, tensors, training, optimizer, scheduler, seed=0))

    assert str(error.value) == f"training diverged: {said}"
    assert (scheduler.clock.updates, len(curve)) == (updates, epochs)
