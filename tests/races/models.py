"""Small trainings of every kind, in float64, on which engines are compared."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from rampup.races.members import Grid, Member
from rampup.races.task import Task
from rampup.races.update import Rule
from rampup.units import Horizon

ROWS = 70
SCHEDULES = ("warmup 6 >> decay cosine", "hold")


class Tied(nn.Module):
    """Tokens in, tokens out, by the same table; one parameter is a single number."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(11, 6)
        self.out = nn.Linear(6, 11, bias=False)
        self.out.weight = self.table.weight
        self.scale = nn.Parameter(torch.tensor(1.5))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(torch.tanh(self.table(x).mean(1)) * self.scale)


def mlp() -> nn.Module:
    return nn.Sequential(nn.Linear(5, 7), nn.GELU(), nn.Linear(7, 7), nn.Tanh(), nn.Linear(7, 3))


def dropout() -> nn.Module:
    layers = (nn.Linear(5, 9), nn.ReLU(), nn.Dropout(0.3), nn.Linear(9, 3), nn.Dropout(0.1))
    return nn.Sequential(*layers)


def cnn() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 3, 3, bias=False), nn.BatchNorm2d(3), nn.ReLU(inplace=True), nn.Dropout2d(0.2),
        nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(),
        nn.Linear(16, 3),
    )  # fmt: skip


def transformer() -> nn.Module:
    layer = nn.TransformerEncoderLayer(8, 2, 12, dropout=0.1, batch_first=True)
    head = nn.Sequential(nn.Flatten(), nn.Linear(32, 3))
    return nn.Sequential(nn.TransformerEncoder(layer, 2, enable_nested_tensor=False), head)


def frozen() -> nn.Module:
    model = mlp()
    model[0].weight.requires_grad_(False)
    return model


MODELS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "mlp": (mlp, (5,)),
    "dropout": (dropout, (5,)),
    "cnn": (cnn, (1, 6, 6)),
    "transformer": (transformer, (4, 8)),
    "tied": (Tied, (4,)),
    "frozen": (frozen, (5,)),
}


def task(name: str, *, optimizer: Any = None, dtype: Any = torch.float64, **changes: Any) -> Task:
    make, shape = MODELS[name]
    draw = torch.Generator().manual_seed(7)
    classes = 11 if name == "tied" else 3
    if name == "tied":
        x = torch.randint(11, (ROWS + 20, *shape), generator=draw)
    else:
        x = torch.randn(ROWS + 20, *shape, generator=draw, dtype=torch.float64).to(dtype)
    y = torch.randint(classes, (ROWS + 20,), generator=draw)
    values: dict[str, Any] = {
        "make_model": lambda: make().to(dtype),
        "loss": cross_entropy,
        "x": x[:ROWS],
        "y": y[:ROWS],
        "held_out": (x[ROWS:], y[ROWS:]),
        "metric": lambda out, wanted: (out.argmax(1) == wanted).double().mean(),
        "batch_size": 16,
        "horizon": Horizon(updates=23, updates_per_epoch=5),
        "optimizer": optimizer or Rule(name="adam"),
        "clip_norm": None,
    }
    return Task(**{**values, **changes})


def members(rates: tuple[float, ...] = (0.003, 0.03), seeds: int = 3) -> list[Member]:
    return Grid.of(SCHEDULES, rates, seeds).members


def quiet(done: int, alive: int) -> None:
    """Listen to a run without a word."""
