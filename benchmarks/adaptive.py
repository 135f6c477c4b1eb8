"""What the adaptive warmups do for a small network, beside none and beside a plain one.

`python -m benchmarks.adaptive` takes some minutes; it needs scikit-learn for the digits.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.optim import SGD, Adam, Optimizer

from rampup import (
    CatapultLR,
    LossGapLR,
    RampupLR,
    Schedule,
    decay,
    gradient_init,
    hold,
    untuned,
    warmup,
)

SEEDS = 4
TRAINED = 1347


class Task(NamedTuple):
    """A network, its optimizer and its run; the loss is half the sum of squared errors."""

    width: int
    depth: int
    batch: int
    updates: int
    make: Callable[..., Optimizer]
    then: Schedule
    rates: tuple[float, ...]
    kinds: tuple[str, ...]


PLAIN = ("none", "linear 10%")
WATCHING = ("loss gap", "catapult")
OF_ADAM = ("rectified", "gradient init")

TASKS = {
    "SGD, 4 layers of 128": Task(
        128, 4, 128, 500, SGD, hold(), (0.16, 0.32, 0.64, 1.28), (*PLAIN, *WATCHING)
    ),
    "Adam, 6 layers of 64": Task(
        64, 6, 256, 300, Adam, decay(), (0.01, 0.04, 0.08), (*PLAIN, *WATCHING, *OF_ADAM)
    ),
    "Adam at high rates": Task(
        64, 6, 256, 300, Adam, decay(), (0.16, 0.32, 0.64), (*PLAIN, *OF_ADAM)
    ),
}


def network(task: Task) -> nn.Sequential:
    """Return a plain network with He's initial weights."""
    sizes = [64, *[task.width] * (task.depth - 1), 10]
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        linear = nn.Linear(inputs, outputs)
        nn.init.kaiming_normal_(linear.weight, nonlinearity="relu")
        nn.init.zeros_(linear.bias)
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def accuracy(task: Task, kind: str, rate: float, seed: int) -> float:
    """Train once and return the accuracy on the rows that were held out."""
    x, y = (torch.from_numpy(part) for part in load_digits(return_X_y=True))
    x = ((x - x.mean(0)) / (x.std(0) + 1e-8)).float()
    order = torch.from_numpy(np.random.default_rng(0).permutation(len(x)))
    train, test = order[:TRAINED], order[TRAINED:]
    torch.manual_seed(seed)
    model = network(task)
    optimizer = task.make(model.parameters(), lr=rate)
    batch = train[:0]

    def loss() -> torch.Tensor:
        wanted = nn.functional.one_hot(y[batch], 10).float()
        error: torch.Tensor = model(x[batch]) - wanted
        return 0.5 * error.square().sum(1).mean()

    gap = None
    if kind == "loss gap":
        gap = LossGapLR(optimizer, task.then, updates=task.updates, floor=0.0)
    elif kind == "catapult":
        CatapultLR(optimizer, task.then, updates=task.updates, model=model, loss=loss)
    else:
        rises = {"linear 10%": lambda: warmup("10%") >> task.then}
        rises["rectified"] = lambda: untuned(optimizer, "rectified") * task.then
        RampupLR(optimizer, rises.get(kind, lambda: task.then)(), updates=task.updates)
    draw = torch.Generator().manual_seed(seed)
    left = train[:0]
    for k in range(task.updates):
        if len(left) < task.batch:
            left = train[torch.randperm(len(train), generator=draw)]
        batch, left = left[: task.batch], left[task.batch :]
        optimizer.zero_grad()
        now = loss()
        now.backward()  # type: ignore[no-untyped-call]
        if kind == "gradient init" and k == 0:
            gradient_init(optimizer)
        if gap is not None:
            gap.report(now)
        optimizer.step()
    with torch.no_grad():
        right = model(x[test]).argmax(1) == y[test]
    return float(right.float().mean())


def main() -> None:
    """Print the accuracies of each seed, by task, rate and warmup."""
    torch.set_num_threads(1)
    for name, task in TASKS.items():
        for rate in task.rates:
            rows = []
            for kind in task.kinds:
                found = [accuracy(task, kind, rate, seed) for seed in range(SEEDS)]
                rows.append(f"{kind:14} {np.median(found):.2f}  of {np.round(found, 2)}")
            print(f"{name}, rate {rate}", *rows, sep="\n  ", flush=True)


if __name__ == "__main__":
    main()
