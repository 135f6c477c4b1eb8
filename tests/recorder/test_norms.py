"""How long gradients and updates are: against a computation by hand, for every kind of step."""

import math

import pytest
import torch
from tests.recorder.conftest import Backward
from torch import nn
from torch.optim import SGD, AdamW, Optimizer

from rampup import watch
from rampup.errors import TraceError
from rampup.recorder.norms import norms


@pytest.mark.parametrize(
    "make",
    [
        lambda p: SGD(p, lr=0.1, momentum=0.9, weight_decay=0.1),
        lambda p: AdamW(p, lr=0.01),
        lambda p: AdamW(p, lr=0.01, fused=True),
    ],
    ids=["SGD", "AdamW", "AdamW fused"],
)
def test_a_ratio_is_that_of_the_weights_themselves(
    net: nn.Module, backward: Backward, make: type[Optimizer]
) -> None:
    """Momentum and weight decay included; √Σ‖Δw‖² over √Σ‖w‖² before the update."""
    optimizer = make(net.parameters())
    expected = []

    with watch(net, optimizer, ratio=True) as trace:
        for k in range(3):
            backward(net, k)
            before = torch.cat([p.detach().flatten().double() for p in net.parameters()])
            optimizer.step()
            after = torch.cat([p.detach().flatten().double() for p in net.parameters()])
            expected.append(((after - before).norm() / before.norm()).item())

    assert [u.ratio for u in trace.updates] == pytest.approx(expected, rel=1e-5)


def test_a_ratio_is_measured_as_often_as_asked(net: nn.Module, backward: Backward) -> None:
    optimizer = SGD(net.parameters(), lr=0.1)

    with watch(net, optimizer, ratio=3) as trace:
        for k in range(7):
            backward(net, k)
            optimizer.step()
    with watch(net, optimizer, grad_norm=False) as without:
        optimizer.step()

    assert [u.k for u in trace.updates if u.ratio is not None] == [0, 3, 6]
    assert [(u.ratio, u.grad_norm) for u in without.updates] == [(None, None)]


def test_a_negative_distance_is_refused(net: nn.Module) -> None:
    with pytest.raises(TraceError) as refused:
        watch(net, SGD(net.parameters(), lr=0.1), ratio=-1)

    assert str(refused.value) == ("ratio = -1 is no distance between updates; use True or a number")


def test_weights_of_zero_have_no_ratio() -> None:
    weight = nn.Parameter(torch.zeros(3))
    weight.grad = torch.ones(3)
    optimizer = SGD([weight], lr=0.1)

    with watch(nn.ParameterList([weight]), optimizer, ratio=True) as trace:
        optimizer.step()

    assert trace.updates[0].ratio is None


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16])
def test_half_precision_has_whole_norms(kind: torch.dtype) -> None:
    values = torch.linspace(0.0, 1.0, 1000).to(kind)

    assert norms([values]) == [pytest.approx(math.hypot(*values.tolist()), rel=1e-6)]
    assert norms([]) == []
