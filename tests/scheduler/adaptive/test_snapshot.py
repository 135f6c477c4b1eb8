"""A snapshot brings back all that updates changed."""

import torch
from torch import nn
from torch.optim import Adam

from rampup.scheduler.adaptive.snapshot import Snapshot


def train(model: nn.Module, optimizer: Adam, updates: int) -> list[list[float]]:
    course = []
    for k in range(updates):
        optimizer.zero_grad()
        model(torch.linspace(-1, k + 1, 12).reshape(4, 3)).square().mean().backward()
        optimizer.step()
        course.append([p.sum().item() for p in model.state_dict().values()])
    return course


def build() -> tuple[nn.Module, Adam]:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    return model, Adam(model.parameters(), lr=0.01)


def test_the_run_goes_on_as_it_did_from_there() -> None:
    model, optimizer = build()
    train(model, optimizer, 3)
    tensors = [id(t) for s in optimizer.state.values() for t in s.values()]
    snapshot = Snapshot.of(optimizer, model)
    first = train(model, optimizer, 4)

    for _ in range(2):  # the snapshot is not used up
        snapshot.restore(optimizer, model)
        assert first == train(model, optimizer, 4)

    assert tensors == [id(t) for s in optimizer.state.values() for t in s.values()]


def test_before_the_first_update_the_optimizer_has_no_state() -> None:
    model, optimizer = build()
    snapshot = Snapshot.of(optimizer, model)
    first = train(model, optimizer, 2)

    snapshot.restore(optimizer, model)

    assert dict(optimizer.state) == {}
    assert first == train(model, optimizer, 2)


def test_what_the_state_gained_since_is_dropped() -> None:
    model, optimizer = build()
    train(model, optimizer, 1)
    snapshot = Snapshot.of(optimizer, model)
    weight = next(model.parameters())
    optimizer.state[weight]["more"] = 1
    del optimizer.state[weight]["exp_avg"]

    snapshot.restore(optimizer, model)

    assert list(optimizer.state[weight]) == ["step", "exp_avg_sq", "exp_avg"]
