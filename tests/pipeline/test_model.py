"""The model: the built-in network, or one's own, tried on two rows before anything is written."""

from pathlib import Path

import pytest
import torch
from torch import nn

from rampup import Config, train
from rampup.errors import ConfigError
from rampup.pipeline.model import build, mlp

OWN = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, inputs, classes):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(inputs, 16), nn.BatchNorm1d(16), nn.Tanh())
        self.head = nn.Linear(16, classes)

    def forward(self, x):
        return self.head(self.body(x))

def net(inputs, classes): return Net(inputs, classes)
def number(inputs, classes): return 3
def still(inputs, classes): return nn.Linear(inputs, classes).requires_grad_(False)
def narrow(inputs, classes): return nn.Linear(inputs, 1)
def strange(inputs, classes): return nn.Linear(3, classes)
def pair(inputs, classes): return nn.LSTM(inputs, classes)
"""


@pytest.fixture
def own(here: Path) -> Path:
    (here / "own_model.py").write_text(OWN, encoding="utf-8")
    return here


@pytest.mark.parametrize(
    ("hidden", "kinds", "parameters"),
    [
        ([50], "Linear ReLU Linear", 652),
        ([], "Linear", 22),
        ([8, 4], "Linear ReLU Linear ReLU Linear", 88 + 36 + 10),
    ],
)
def test_the_built_in_network(hidden: list[int], kinds: str, parameters: int) -> None:
    model = mlp(10, hidden, 2)

    assert [type(module).__name__ for module in model] == kinds.split()
    assert sum(p.numel() for p in model.parameters()) == parameters
    assert model(torch.zeros(3, 10)).shape == (3, 2)


def test_an_own_model_is_built_and_left_as_it_was(own: Path) -> None:
    """Trying it out moves no running mean and leaves it in training mode."""
    model = build(Config(model="own_model:net"), 10, 3)

    assert model(torch.zeros(4, 10)).shape == (4, 3)
    fresh = build(Config(model="own_model:net"), 10, 3)
    assert fresh.training
    assert all(module.training for module in fresh.modules())
    assert fresh.body[1].num_batches_tracked == 0


def test_an_own_model_trains(own: Path) -> None:
    run = train(
        {"model": "own_model:net", "training": {"epochs": 6}, "baseline": {"seeds": 0}},
        to=own / "run",
    )

    assert type(run.model).__name__ == "Net"
    assert not run.model.training
    assert run.epochs[-1].held_out_loss < run.epochs[0].held_out_loss - 0.1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("number", "returned int; it must return a torch.nn.Module"),
        ("still", "has no parameter to train"),
        ("narrow", "puts out (2, 1) for 2 rows; it must be (2, 3), one logit per class"),
        ("pair", "puts out tuple for 2 rows; it must be (2, 3), one logit per class"),
        (
            "strange",
            (
                "fails on rows of 10 features: mat1 and mat2 shapes cannot be multiplied "
                "(2x10 and 3x3)"
            ),
        ),
    ],
)
def test_a_model_that_does_not_fit_is_refused(own: Path, name: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        build(Config(model=f"own_model:{name}"), 10, 3)

    assert str(error.value) == f"model = 'own_model:{name}' {said}"


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        build(Config(model="mpl"), 10, 2)

    assert str(error.value) == (
        "model = 'mpl' is no model; write 'mlp' or 'package.module:factory'"
    )


def test_the_seed_decides_the_first_weights() -> None:
    def first(seed: int) -> nn.Module:
        torch.manual_seed(seed)
        return build(Config(), 10, 2)

    one, again, other = (first(seed)[0].weight for seed in (1, 1, 2))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
