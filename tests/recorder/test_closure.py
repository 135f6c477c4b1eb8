"""Steps that make their gradient themselves, by a closure that they call."""

import contextlib
import copy
import math

import pytest
import torch
from tests.recorder.conftest import Backward
from torch import nn
from torch.optim import LBFGS, SGD, Adam, Optimizer

from rampup import watch


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("kind", [SGD, Adam, LBFGS])
def test_the_gradient_of_a_closure_is_the_one_that_is_used(
    net: nn.Module, backward: Backward, kind: type[Optimizer], named: bool
) -> None:
    """It is made within the step; before it, there is the one of the update before."""
    optimizer = kind(net.parameters(), lr=0.01)
    lengths: list[list[float]] = []

    def closure() -> torch.Tensor:
        loss = backward(net, len(lengths))
        grads = torch.cat([p.grad.flatten() for p in net.parameters()])
        lengths[-1].append(grads.norm().item())
        return loss

    with watch(net, optimizer, ratio=True, probe_at=[2]) as trace:
        for _ in range(3):
            lengths.append([])
            optimizer.step(closure=closure) if named else optimizer.step(closure)

    assert [u.grad_norm for u in trace.updates] == pytest.approx([one[0] for one in lengths])
    assert all(u.ratio > 0 for u in trace.updates)
    (probe,) = (event for event in trace.events if event.kind == "probe")
    layers = [unit["grad_norm"] for unit in probe.layers if unit["grad_norm"] is not None]
    assert math.hypot(*layers) == pytest.approx(lengths[2][0])
    assert probe.layers[0]["mean"] == probe.layers[0]["mean"]


def test_a_watched_closure_trains_as_an_unwatched_one(net: nn.Module, backward: Backward) -> None:
    """LBFGS calls it many times, and decides by what it returns."""
    nets = [copy.deepcopy(net), copy.deepcopy(net)]
    for model, watched in zip(nets, (False, True), strict=True):
        optimizer = LBFGS(model.parameters(), lr=0.5, line_search_fn="strong_wolfe")
        with watch(model, optimizer, ratio=True) if watched else contextlib.nullcontext():
            results = [optimizer.step(lambda m=model: backward(m)).item() for _ in range(3)]

    assert results[2] < results[0]
    for a, b in zip(*(model.parameters() for model in nets), strict=True):
        assert torch.equal(a, b)


def test_what_is_no_closure_is_handed_on(net: nn.Module, backward: Backward) -> None:
    """An optimizer of the user's may take something else there."""

    class Own(SGD):
        def step(self, loss: float) -> float:
            super().step()
            return loss

    optimizer = Own(net.parameters(), lr=0.1)
    with watch(net, optimizer) as trace:
        backward(net)
        assert optimizer.step(0.5) == 0.5

    assert trace.updates[0].grad_norm > 0
