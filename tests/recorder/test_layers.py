"""One prediction, layer by layer, against a forward pass by hand; and no mark left behind."""

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional

from rampup import layers
from rampup.recorder.layers import forward
from rampup.trace.record import Layer


def described(name: str, kind: str, tensor: torch.Tensor) -> Layer:
    """Return what `layers` is to say about a tensor, computed in plain Python."""
    numbers = [float(number) for number in tensor.flatten().tolist()]
    mean = sum(numbers) / len(numbers)
    variance = sum((number - mean) ** 2 for number in numbers) / len(numbers)
    return {
        "name": name,
        "kind": kind,
        "shape": list(tensor.shape),
        "values": numbers[:8],
        "mean": pytest.approx(mean, abs=1e-12),
        "std": pytest.approx(variance**0.5, abs=1e-12),
        "least": min(numbers),
        "most": max(numbers),
    }


class Nested(nn.Module):
    """A shared layer that is called twice, inside containers; in place on top of it."""

    def __init__(self) -> None:
        super().__init__()
        self.shared = nn.Linear(6, 6)
        self.parts = nn.ModuleDict(
            {"body": nn.ModuleList([nn.Sequential(self.shared, nn.ReLU(inplace=True))])}
        )
        self.drop = nn.Dropout(0.5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.drop(self.parts["body"][0](self.shared(x)))


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(0)


def test_a_plain_net_is_followed() -> None:
    first, second, x = nn.Linear(10, 50), nn.Linear(50, 3), torch.randn(2, 10)
    hidden = functional.linear(x, first.weight, first.bias)
    active = hidden.clamp(min=0)
    expected = [
        described("input", "Input", x),
        described("0", "Linear", hidden),
        described("1", "ReLU", active),
        described("2", "Linear", functional.linear(active, second.weight, second.bias)),
    ]

    assert expected == layers(nn.Sequential(first, nn.ReLU(), second), x)


def test_a_shared_layer_appears_at_each_call() -> None:
    """Before a layer above it works in place, too; and dropout passes everything on."""
    model, x = Nested(), torch.randn(1, 6)
    weight, bias = model.shared.weight, model.shared.bias
    once = functional.linear(x, weight, bias)
    twice = functional.linear(once, weight, bias)
    expected = [
        described("input", "Input", x),
        described("shared", "Linear", once),
        described("shared", "Linear", twice),
        described("parts.body.0.1", "ReLU", twice.relu()),
        described("drop", "Dropout", twice.relu()),
    ]

    assert expected == layers(model, x)


def test_a_model_without_children_is_one_layer() -> None:
    model, x = nn.Softmax(dim=1), torch.tensor([[1, 2, 3]], dtype=torch.float64)

    expected = [described("input", "Input", x), described("", "Softmax", x.softmax(1))]
    assert expected == layers(model, x)


class Last(nn.Module):
    """A recurrent layer, which returns a tuple, and work that no module does."""

    def __init__(self) -> None:
        super().__init__()
        self.memory, self.head = nn.LSTM(4, 3, batch_first=True), nn.Linear(3, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        last = self.memory(x)[0][:, -1]
        assert last.shape[-1] == 3
        return functional.relu(self.head(last)) + 1.0


def test_of_several_outputs_the_first_is_shown() -> None:
    seen = layers(Last(), torch.randn(2, 5, 4))

    found = [(one["kind"], one["shape"]) for one in seen]
    assert found == [("Input", [2, 5, 4]), ("LSTM", [2, 5, 3]), ("Linear", [2, 2])]


def test_what_no_module_does_is_counted() -> None:
    """The slice, the relu and the sum; reading a shape makes no tensor."""
    model, x = Last(), torch.randn(2, 5, 4)

    passed = forward(model, x)

    assert passed.unseen == 3
    assert torch.equal(model(x), passed.output)
    assert forward(nn.Sequential(nn.Linear(4, 4), nn.ReLU()), x).unseen == 0


class Careless(nn.Module):
    """Draws random numbers in evaluation mode, and fails when it is told to."""

    def __init__(self, *, fails: bool) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))
        self.fails = fails

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = functional.dropout(self.body(x), 0.5)
        if self.fails:
            raise RuntimeError("boom")
        return y


@pytest.mark.parametrize("fails", [False, True], ids=["returns", "raises"])
def test_no_mark_is_left_on_the_model(fails: bool) -> None:
    """Flags, buffers, gradients, hooks and random state are as before, also after a failure."""
    model = Careless(fails=fails)
    model.body[1].eval()
    flags = [module.training for module in model.modules()]
    state, random = copy.deepcopy(model.state_dict()), torch.get_rng_state()

    if fails:
        with pytest.raises(RuntimeError, match="boom"):
            layers(model, torch.randn(3, 4, generator=torch.Generator()))
    else:
        layers(model, torch.randn(3, 4, generator=torch.Generator()))

    assert [True, True, True, False] == flags == [module.training for module in model.modules()]
    assert all(torch.equal(state[name], value) for name, value in model.state_dict().items())
    assert torch.equal(random, torch.get_rng_state())
    assert all(not module._forward_hooks for module in model.modules())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert torch.is_grad_enabled()
