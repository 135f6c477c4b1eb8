"""What watching costs: a bare loop beside the same loop watched, more closely each time.

The bare loop has no scheduler and reads no loss. The watched ones have a `RampupLR`, and record
planned, used and reported rates and the loss of each update.
"""

import tempfile
import time
from collections.abc import Callable
from functools import partial
from operator import truediv
from statistics import median
from typing import Any

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from rampup import RampupLR, watch

ROUNDS = 25
PER_EPOCH = 25


class Transformer(nn.Module):
    """Two layers of width 64 over 32 positions, 8 sequences at a time; 5 classes."""

    def __init__(self) -> None:
        super().__init__()
        block = nn.TransformerEncoderLayer(64, 4, 128, batch_first=True)
        self.blocks = nn.TransformerEncoder(block, 2)
        self.head = nn.Linear(64, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return logits, `(batch, classes)`."""
        logits: torch.Tensor = self.head(self.blocks(x).mean(1))
        return logits


def mlp() -> nn.Module:
    """Return the MLP 10-50-2."""
    return nn.Sequential(nn.Linear(10, 50), nn.ReLU(), nn.Linear(50, 2))


Make = Callable[[], nn.Module]
TASKS: dict[str, tuple[Make, tuple[int, ...], int, int]] = {
    "MLP 10-50-2, batch 32": (mlp, (32, 10), 2, 200),
    "transformer d=64, 2 layers, batch 8 × 32": (Transformer, (8, 32, 64), 5, 20),
}
HOW: dict[str, dict[str, Any]] = {
    "rates and loss": {"grad_norm": False},
    "+ written to disk": {"grad_norm": False, "to": True},
    "+ gradient norm": {},
    "+ update-to-weight ratio": {"ratio": True},
    "+ probes every epoch": {"ratio": True, "probe_every": PER_EPOCH},
    "gradient norm, probes every epoch": {"probe_every": PER_EPOCH},
}


def train(
    make: Make, shape: tuple[int, ...], classes: int, updates: int, how: dict[str, Any] | None
) -> None:
    """Train on one batch; watched, if it is said how."""
    torch.manual_seed(0)
    model = make()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    x, y = torch.randn(shape), torch.randint(classes, shape[:1])

    def backward() -> torch.Tensor:
        loss = cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    if how is None:
        for _ in range(updates):
            backward()
            optimizer.step()
        return
    scheduler = RampupLR(optimizer, "warmup 10% >> decay cosine", updates=updates)
    with tempfile.TemporaryDirectory() as folder:
        said = {**how, "to": folder} if "to" in how else how
        with watch(model, optimizer, scheduler=scheduler, **said) as trace:
            for _ in range(updates):
                trace.loss(backward())
                optimizer.step()


def paired(jobs: dict[str, Callable[[], object]]) -> dict[str, tuple[float, float]]:
    """Return the median seconds of each job, and the median of its ratios to the first one.

    Each round has a ratio of its own, so that a machine that is busy for a while changes little;
    seconds are those of the processor.
    """
    spent: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(ROUNDS + 1):
        for name, job in jobs.items():
            started = time.process_time()
            job()
            if turn:
                spent[name].append(time.process_time() - started)
    reference = next(iter(spent.values()))
    return {
        name: (median(seconds), median(map(truediv, seconds, reference)))
        for name, seconds in spent.items()
    }


def main() -> None:
    """Print the time per update of each loop and the ratios that matter."""
    torch.set_num_threads(1)
    for name, (make, shape, classes, updates) in TASKS.items():
        work = partial(train, make, shape, classes, updates)
        jobs: dict[str, Callable[[], object]] = {"bare": partial(work, None)}
        jobs |= {what: partial(work, how) for what, how in HOW.items()}
        print(f"{name:40} µs/update  × bare")
        for what, (seconds, ratio) in paired(jobs).items():
            print(f"  {what:38} {seconds / updates * 1e6:9.1f} {ratio:7.3f}")
        print(f"rates and loss: at most {'1.15' if make is mlp else '1.05'}")
        print()
    print(f"medians of {ROUNDS} rounds, in turn, one thread")


if __name__ == "__main__":
    main()
