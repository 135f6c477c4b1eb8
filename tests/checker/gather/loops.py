"""Training loops under a watch that is listened to: right ones and wrong ones."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.optim import SGD, Optimizer
from torch.utils.data import DataLoader, TensorDataset

import rampup
from rampup.checker.finding import Finding
from rampup.checker.gather.listening import Live, live

Make = Callable[[Optimizer], Any]


def net() -> nn.Module:
    torch.manual_seed(0)
    return nn.Linear(2, 1)


def loader(batches: int) -> DataLoader[Any]:
    rows = torch.ones(batches, 2)
    return DataLoader(TensorDataset(rows), batch_size=1)


@dataclass
class Loop:
    """What a loop needs: model, optimizer, scheduler, and the trace that watches them."""

    model: nn.Module
    optimizer: Any
    scheduler: Any
    trace: Any
    live: Live

    def backward(self) -> None:
        (self.model(torch.ones(1, 2)).square().mean() * 1e-6).backward()

    def update(self) -> None:
        self.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()


def heard(
    body: Callable[[Loop], Any],
    make: Make = lambda _: None,
    *,
    optimizer: Callable[[nn.Module], Optimizer] = lambda model: SGD(model.parameters(), lr=1.0),
    updates: int | None = None,
    **watched: Any,
) -> Live:
    """Run `body` on a watched loop and return what was heard."""
    model = net()
    made = optimizer(model)
    scheduler = make(made)
    with rampup.watch(model, made, scheduler=scheduler, **watched) as trace:
        told: list[Finding] = []
        listening = live(trace, updates=updates, tell=told.append)
        body(Loop(model, made, scheduler, trace, listening))
    assert told == listening.findings
    return listening


def codes(listening: Live) -> list[str]:
    return [finding.code for finding in listening.findings]
