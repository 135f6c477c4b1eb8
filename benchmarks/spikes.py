"""How often the rule "update-spike" speaks without a reason, and how often with one.

Each job is trained over many seeds at a rate at which it learns, and once more with one bad batch:
at an update in the last third, the labels of the batch are exchanged for the next class. What the
rule says of a run without it is a false alarm; a bad batch is found where it names that update.
"""

import math
from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.optim import AdamW, Optimizer

from benchmarks.tracing import Transformer
from rampup import RampupLR, observe
from rampup.pipeline.config import Config
from rampup.pipeline.job import prepare
from rampup.pipeline.model import build
from rampup.pipeline.train import optimizer_for
from rampup.trace.record import Epoch, Event, Update

RULE = "update-spike"
Started = tuple[nn.Module, Optimizer, torch.Tensor, torch.Tensor, int, int, str]
"""Model, optimizer, rows, labels, rows per update, epochs, schedule."""


def table(settings: dict[str, object], seed: int) -> Started:
    """Return the job that `rampup train` would do."""
    job = prepare(Config.of({**settings, "seed": seed}))
    model = build(job.config, job.x.shape[1], len(job.preprocess.classes))
    training = job.config.training
    optimizer = optimizer_for(model, training)
    x, y = job.tensors.x, job.tensors.y
    return model, optimizer, x, y, training.batch_size, training.epochs, job.config.schedule


def transformer(lr: float, seed: int) -> Started:
    """Return a transformer that learns which of five directions a sequence goes."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(512, 32, 64, generator=generator)
    y = (x.mean(1) @ torch.randn(64, 5, generator=generator)).argmax(1)
    model = Transformer()
    optimizer = AdamW(model.parameters(), lr=lr)
    return model, optimizer, x, y, 16, 12, "warmup 10% >> decay cosine"


JOBS: dict[str, tuple[Callable[[int], Started], int]] = {
    "example": (partial(table, {}), 40),
    "example, SGD": (partial(table, {"training": {"optimizer": "sgd", "lr": 0.1}}), 40),
    "digits": (partial(table, {"data": "digits"}), 40),
    "digits, 8 rows per update": (
        partial(table, {"data": "digits", "training": {"batch_size": 8, "lr": 0.003}}),
        12,
    ),
    "breast-cancer": (
        partial(table, {"data": "breast-cancer", "training": {"epochs": 20}}),
        40,
    ),
    "transformer": (partial(transformer, 1e-3), 12),
}
HIGH: dict[str, tuple[Callable[[int], Started], int]] = {
    "example, rate 1": (partial(table, {"training": {"lr": 1.0}}), 20),
    "digits, rate 0.3": (partial(table, {"data": "digits", "training": {"lr": 0.3}}), 20),
    "transformer, rate 0.03": (partial(transformer, 0.03), 6),
}


def run(start: Callable[[int], Started], seed: int, *, bad: bool) -> tuple[list[Event], int]:
    """Return the trace of one training, and which update had a bad batch, or −1."""
    torch.manual_seed(seed)
    model, optimizer, x, y, size, epochs, schedule = start(seed)
    per_epoch = math.ceil(len(x) / size)
    updates = per_epoch * epochs
    RampupLR(optimizer, schedule, updates=updates, updates_per_epoch=per_epoch)
    generator = torch.Generator().manual_seed(seed)
    at = int(torch.randint(2 * updates // 3, updates, (), generator=generator)) if bad else -1
    return list(_events(model, optimizer, x, y, size, epochs, generator, at)), at


def _events(
    model: nn.Module,
    optimizer: Optimizer,
    x: torch.Tensor,
    y: torch.Tensor,
    size: int,
    epochs: int,
    generator: torch.Generator,
    at: int,
) -> Iterator[Event]:
    k, classes, nothing = 0, int(y.max()) + 1, math.nan
    for epoch in range(1, epochs + 1):
        order = torch.randperm(len(x), generator=generator)
        for rows in (order[first : first + size] for first in range(0, len(x), size)):
            labels = (y[rows] + 1) % classes if k == at else y[rows]
            loss = cross_entropy(model(x[rows]), labels)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            yield Update(
                k=k, planned=None, used=0.1, reported=None, loss=loss.item(), grad_norm=None
            )
            k += 1
        yield Epoch(
            epoch=epoch, updates=k, rate_first=None, rate_last=None, train_loss=nothing,
            train_accuracy=nothing, held_out_loss=nothing, held_out_accuracy=nothing,
            held_out_rows=0, grad_norm=None,
        )  # fmt: skip


def alarms(events: list[Event]) -> list[int]:
    """Return the updates that the rule calls spikes."""
    return [said.first for said in observe(events) if said.rule == RULE]


def main() -> None:
    """Print the rates of false alarms and of bad batches found, and what high rates bring."""
    torch.set_num_threads(1)
    print(f"{'a rate at which it learns':28} {'runs':>5} {'updates':>8} {'false alarms':>13} "
          f"{'in runs':>8} {'bad batches found':>18}")  # fmt: skip
    sums = [0] * 5
    for name, (start, seeds) in JOBS.items():
        traces = [run(start, seed, bad=False)[0] for seed in range(seeds)]
        said = [len(alarms(trace)) for trace in traces]
        spoilt = [run(start, seed, bad=True) for seed in range(seeds)]
        found = sum(at in alarms(trace) for trace, at in spoilt)
        updates = sum(isinstance(e, Update) for trace in traces for e in trace)
        row = [seeds, updates, sum(said), sum(map(bool, said)), found]
        sums = [a + b for a, b in zip(sums, row, strict=True)]
        print(_row(name, row))
    print(_row("all", sums))
    print(f"{sums[2] / sums[1] * 1e5:.1f} false alarms in 100,000 updates\n")
    print(f"{'a rate that is too high':28} {'runs':>5} {'alarms in runs':>15}")
    for name, (start, seeds) in HIGH.items():
        loud = sum(bool(alarms(run(start, seed, bad=False)[0])) for seed in range(seeds))
        print(f"{name:28} {seeds:5} {loud:15}")


def _row(name: str, row: list[int]) -> str:
    runs, updates, false, loud, found = row
    return f"{name:28} {runs:5} {updates:8} {false:13} {loud:8} {found:12} of {runs}"


if __name__ == "__main__":
    main()
