"""Updates that a gradient scaler skips are events of their own, plain and fused."""

import pytest
import torch
from tests.recorder.conftest import Backward
from torch import nn
from torch.optim import SGD, Adam

from rampup import watch


@pytest.mark.parametrize("fused", [False, True])
def test_a_skipped_update_is_an_event(net: nn.Module, fused: bool) -> None:
    """With the index of the update that did not happen, and the scale that was too high."""
    optimizer = Adam(net.parameters(), lr=0.1, fused=fused)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)

    with watch(net, optimizer, scaler=scaler) as trace:
        for k in range(4):
            optimizer.zero_grad()
            loss = net(torch.ones(2, 3)).square().mean()
            scaler.scale(loss).backward()
            trace.loss(loss)
            if k in (1, 2):
                net[0].weight.grad[0, 0] = torch.inf
            scaler.step(optimizer)
            scaler.update()

    made = [event for event in trace.events if event.kind in ("update", "skipped")]
    found = [(event.kind, event.k) for event in made]
    assert found == [("update", 0), ("skipped", 1), ("skipped", 1), ("update", 1)]
    assert [event.reason for event in trace.events if event.kind == "skipped"] == [
        "a gradient was not finite, scaled by 1024",
        "a gradient was not finite, scaled by 512",
    ]
    assert trace.events[-1].updates == 2
    assert "step" not in vars(scaler)


def test_a_fused_optimizer_says_it_without_the_scaler(net: nn.Module) -> None:
    optimizer = SGD(net.parameters(), lr=0.1, fused=True)
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0)

    with watch(net, optimizer) as trace:
        scaler.scale(net(torch.ones(2, 3)).square().mean()).backward()
        net[0].weight.grad.fill_(torch.nan)
        scaler.step(optimizer)

    assert [event.kind for event in trace.events] == ["header", "skipped", "observation", "end"]


def test_other_optimizers_of_a_scaler_are_left_alone(net: nn.Module, backward: Backward) -> None:
    ours, other = SGD(net[0].parameters(), lr=0.1), SGD(net[2].parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0)

    with watch(net, ours, scaler=scaler) as trace:
        scaler.scale(net(torch.ones(2, 3)).square().mean()).backward()
        net[2].weight.grad.fill_(torch.inf)
        scaler.step(other)
        scaler.step(ours)
        scaler.update()

    assert [event.kind for event in trace.events] == ["header", "update", "end"]
