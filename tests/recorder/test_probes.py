"""Probes: each layer at one update, against a computation by hand; and the critical rate."""

import copy
import math
import random
from collections.abc import Callable

import numpy as np
import pytest
import torch
from tests.recorder.conftest import Backward
from torch import nn
from torch.nn import functional
from torch.optim import SGD, Adam

from rampup import critical_lr, watch
from rampup.errors import TraceError
from rampup.recorder.watch import Watch
from rampup.trace.record import Probe


def probes(trace: Watch) -> list[Probe]:
    return [event for event in trace.events if isinstance(event, Probe)]


def said(run: Callable[[], None]) -> list[str]:
    """Return the warnings of a run in which no layer can be seen."""
    with pytest.warns(UserWarning, match="hooks do not fire") as warned:
        run()
    return [str(one.message) for one in warned]


def test_a_probe_sees_the_layers_of_that_update(net: nn.Module, backward: Backward) -> None:
    """Outputs before it, gradients of it, and how far it moved each layer."""
    optimizer = SGD(net.parameters(), lr=0.1, momentum=0.9)
    net[0].bias.data[:2] = -100.0  # two of five units are dead

    with watch(net, optimizer, probe_at={1}) as trace:
        backward(net)
        optimizer.step()
        before = copy.deepcopy(net)
        backward(net, 1)
        grads = [p.grad.norm().item() for p in net[0].parameters()]
        optimizer.step()
        backward(net, 2)
        optimizer.step()

    (probe,) = probes(trace)
    rows = torch.linspace(-1.0, 1.0, 12).reshape(4, 3) + 0.1
    hidden = before[0](rows).detach()
    first, relu, last = probe.layers
    moved = [
        (a - b).norm().item()
        for a, b in zip(before[0].parameters(), net[0].parameters(), strict=True)
    ]
    assert (probe.k, probe.rate, probe.critical_rate) == (1, 0.1, None)
    assert [(unit["name"], unit["kind"]) for unit in probe.layers] == [
        ("0", "Linear"), ("1", "ReLU"), ("2", "Linear"),
    ]  # fmt: skip
    assert first["mean"] == pytest.approx(hidden.mean().item(), rel=1e-6)
    assert first["std"] == pytest.approx(hidden.std(correction=0).item(), rel=1e-6)
    assert first["grad_norm"] == pytest.approx(math.hypot(*grads), rel=1e-6)
    assert first["ratio"] is not None
    assert 0.0 < first["ratio"] < math.hypot(*moved)
    assert relu["dead"] == pytest.approx((hidden.relu() == 0).all(0).float().mean().item())
    assert relu["dead"] >= 0.4
    assert (relu["grad_norm"], relu["ratio"]) == (None, None)
    assert (first["dead"], last["dead"]) == (None, None)
    assert [event.kind for event in trace.events][1:5] == ["update", "update", "probe", "update"]


def test_probes_come_as_often_as_asked(net: nn.Module, backward: Backward) -> None:
    """And their hooks are there for that update only."""
    optimizer = SGD(net.parameters(), lr=0.1)
    hooked = []

    with watch(net, optimizer, probe_every=3, probe_at=[4]) as trace:
        for k in range(7):
            hooked.append(len(net[0]._forward_hooks))
            backward(net, k)
            optimizer.step()
        with torch.no_grad():
            net(torch.ones(1, 3))

    assert hooked == [1, 0, 0, 1, 1, 0, 1]
    assert [probe.k for probe in probes(trace)] == [0, 3, 4, 6]
    assert [len(module._forward_hooks) for module in net.modules()] == [0] * 4


class Channels(nn.Module):
    """Images, then tokens: units are channels in the one, columns in the other."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.head = nn.Conv2d(1, 4, 1), nn.Linear(4, 2)
        self.over_images, self.over_tokens = nn.ReLU(), nn.ReLU(inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.over_images(self.conv(x)).flatten(2).transpose(1, 2)
        return self.over_tokens(self.head(y))


def test_a_unit_is_a_channel_or_a_column() -> None:
    torch.manual_seed(0)
    model = Channels()
    model.conv.weight.data[:3].fill_(0.0)
    model.conv.bias.data[:3].fill_(-1.0)
    model.head.bias.data[0] = -100.0
    optimizer = SGD(model.parameters(), lr=0.1)

    with watch(model, optimizer, probe_at=[0]) as trace:
        model(torch.randn(5, 1, 3, 3).abs()).sum().backward()
        optimizer.step()

    dead = {unit["name"]: unit["dead"] for unit in probes(trace)[0].layers}
    assert dead["over_images"] >= 0.75
    assert dead["over_tokens"] >= 0.5
    assert dead["conv"] is None


def test_the_critical_rate_is_that_of_the_step_itself() -> None:
    """For a parabola of curvature 10 it is 2 / 10; it is asked from update 10 on."""
    weight = nn.Parameter(torch.tensor([1.0]))
    model = nn.ParameterList([weight])
    optimizer = SGD([weight], lr=0.01)

    def loss() -> torch.Tensor:
        return 5.0 * weight.square().sum()

    trace = watch(model, optimizer, probe_every=5, probe_loss=loss)

    def run() -> None:
        with trace:
            for _ in range(16):
                optimizer.zero_grad()
                loss().backward()
                optimizer.step()

    assert len(said(run)) == 1
    rates = {probe.k: probe.critical_rate for probe in probes(trace)}
    assert rates.keys() == {0, 5, 10, 15}
    assert rates[0] is rates[5] is None
    assert 0.2 <= rates[10] <= 0.22
    assert 0.2 <= rates[15] <= 0.22


def test_groups_keep_their_share_of_the_rate(net: nn.Module) -> None:
    """The rate is the first group's: with a second one that is ten times faster, it is lower."""
    x, y = torch.randn(32, 3), torch.randn(32, 1)

    def metered(second: float) -> float:
        model = copy.deepcopy(net)
        groups = [
            {"params": model[0].parameters()},
            {"params": model[2].parameters(), "lr": second},
        ]
        optimizer = Adam(groups, lr=0.001)

        def loss() -> torch.Tensor:
            return functional.mse_loss(model(x), y)

        with watch(model, optimizer, probe_at=[10], probe_loss=loss) as trace:
            for _ in range(11):
                optimizer.zero_grad()
                loss().backward()
                optimizer.step()
        assert trace.updates[10].rates == ([0.001, second] if second != 0.001 else None)
        found = probes(trace)[0].critical_rate
        assert found is not None
        return found

    assert metered(0.01) < metered(0.001) / 2


@pytest.mark.parametrize("rate", [0.0, 0.1])
def test_what_cannot_be_metered_is_none(net: nn.Module, backward: Backward, rate: float) -> None:
    """At rate zero there is no direction, and without a finite loss there is no rate."""
    optimizer = SGD(net.parameters(), lr=rate)

    with watch(net, optimizer, probe_at=[10], probe_loss=lambda: torch.tensor(math.nan)) as trace:
        for k in range(11):
            backward(net, k)
            optimizer.step()

    assert [probe.critical_rate for probe in probes(trace)] == [None]


def test_a_probe_draws_no_random_number(net: nn.Module, backward: Backward) -> None:
    """Though its loss draws of all three kinds, and flips the flags."""
    optimizer = SGD(net.parameters(), lr=0.1)

    def loss() -> torch.Tensor:
        net.eval()
        return net(torch.randn(4, 3)).square().mean() + random.random() + np.random.rand()

    before = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()
    with watch(net, optimizer, probe_at=[10], probe_loss=loss) as trace:
        for k in range(11):
            backward(net, k)
            optimizer.step()
    after = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()

    assert torch.equal(before[0], after[0])
    assert before[1:] == after[1:]
    assert net.training
    assert len(probes(trace)) == 1


@pytest.mark.parametrize("bad", [-1, 2.5, True])
def test_a_probe_at_no_update_is_refused(net: nn.Module, bad: int) -> None:
    with pytest.raises(TraceError) as refused:
        watch(net, SGD(net.parameters(), lr=0.1), probe_at=[bad])

    assert str(refused.value) == (
        f"a probe at update {bad!r} is not possible; use whole numbers ≥ 0"
    )


@pytest.mark.filterwarnings("ignore:.*torch.jit.script_method:DeprecationWarning")
def test_of_a_compiled_model_it_is_said(net: nn.Module, backward: Backward) -> None:
    """No hook is set, so that none is compiled in; gradients and weights are seen."""
    model = torch.compile(net, backend="eager")
    optimizer = SGD(model.parameters(), lr=0.1)

    trace = watch(model, optimizer, probe_every=1)

    def run() -> None:
        with trace:
            for k in range(2):
                backward(model, k)
                optimizer.step()

    (warning,) = said(run)
    assert warning == (
        "the model is compiled, where hooks do not fire: probes see gradients and weights, and no "
        "outputs of layers; watch the run uncompiled to see those"
    )
    assert trace.events[0].environment["compiled"] is True
    (first, _relu, _last) = probes(trace)[1].layers
    assert first["name"] == "0"
    assert math.isnan(first["mean"])
    assert first["grad_norm"] > 0.0
    assert first["ratio"] > 0.0


@pytest.mark.filterwarnings("ignore:.*torch.jit.script_method:DeprecationWarning")
def test_of_a_compiled_step_it_is_said(net: nn.Module) -> None:
    """Where the loss is compiled with the model inside, which cannot be seen beforehand."""

    @torch.compile(backend="eager")
    def loss(x: torch.Tensor) -> torch.Tensor:
        return net(x).square().mean()

    optimizer = SGD(net.parameters(), lr=0.1)
    loss(torch.ones(2, 3)).backward()
    trace = watch(net, optimizer, probe_every=1)

    def run() -> None:
        with trace:
            loss(torch.ones(2, 3)).backward()
            optimizer.step()

    (warning,) = said(run)
    assert warning == (
        "no layer was seen in the forward pass of a probed update: hooks do not fire in compiled "
        "code, and not where another model ran; probes see gradients and weights only"
    )
    assert len(probes(trace)) == 1


def test_the_meter_says_what_critical_lr_says(net: nn.Module) -> None:
    x, y = torch.randn(32, 3), torch.randn(32, 1)
    optimizer = SGD(net.parameters(), lr=0.01)

    def loss() -> torch.Tensor:
        return functional.mse_loss(net(x), y)

    with watch(net, optimizer, probe_at=[10], probe_loss=loss) as trace:
        for k in range(11):
            optimizer.zero_grad()
            loss().backward()
            if k == 10:
                grads = [p.grad for p in net.parameters()]
                expected = critical_lr(loss, net.parameters(), grads, start=0.01)
            optimizer.step()

    assert probes(trace)[0].critical_rate == pytest.approx(expected, rel=1e-3)
