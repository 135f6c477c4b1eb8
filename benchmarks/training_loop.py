"""The built-in job: our recorded loop, a bare loop, and a `DataLoader` in front of one.

All of them make the same 250 updates of the same model on the same 800 rows, and measure loss
and accuracy on the training and the held-out rows after each of the 10 epochs.
"""

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, Dataset

from benchmarks.side_by_side import medians, table
from rampup.pipeline.config import Config
from rampup.pipeline.folder import TRACE, RunFolder
from rampup.pipeline.job import Job, prepare
from rampup.pipeline.model import build
from rampup.pipeline.run import scheduler_for, train_recorded
from rampup.pipeline.train import optimizer_for
from rampup.recorder.watch import Watch
from rampup.trace.journal import Journal

ROUNDS = 11


Pair = tuple[torch.Tensor, torch.Tensor]


class Rows(Dataset[Pair]):
    """A dataset that hands out one row at a time."""

    def __init__(self, x: torch.Tensor, y: torch.Tensor) -> None:
        self.x, self.y = x, y

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, row: int) -> Pair:
        return self.x[row], self.y[row]


def ours(job: Job, *, record: bool) -> None:
    """Train as `rampup train` does: journal, observations and weights on disk, or nothing."""
    model = build(job.config, job.x.shape[1], len(job.preprocess.classes))
    optimizer = optimizer_for(model, job.config.training)
    scheduler = scheduler_for(optimizer, job.plan)
    with tempfile.TemporaryDirectory() as name:
        folder = RunFolder(Path(name)) if record else None
        journal = Journal(Path(name) / TRACE) if record else None
        with Watch(model, optimizer, scheduler=scheduler, journal=journal, listeners=()) as trace:
            train_recorded(job, model, optimizer, scheduler, trace, folder)


def bare(job: Job) -> None:
    """Train with the loop that one writes by hand: slices of tensors, no record."""
    data, training = job.tensors, job.config.training
    model = build(job.config, job.x.shape[1], len(job.preprocess.classes))
    optimizer = optimizer_for(model, training)
    for _ in range(training.epochs):
        model.train()
        order = torch.randperm(len(data.x))
        x, y = data.x[order], data.y[order]
        for first in range(0, len(x), training.batch_size):
            rows = slice(first, first + training.batch_size)
            loss = cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        model.eval()
        with torch.no_grad():
            for x, y in ((data.x, data.y), (data.x_held_out, data.y_held_out)):
                logits = model(x)
                cross_entropy(logits, y).item()
                (logits.argmax(1) == y).float().mean().item()


def through_loader(job: Job, rows_at_a_time: int) -> None:
    """Train and measure through a `DataLoader`, in the same batches.

    Args:
        job: what to train on.
        rows_at_a_time: what the loader hands out; single rows are put together to batches.
    """
    data, training = job.tensors, job.config.training
    model = build(job.config, job.x.shape[1], len(job.preprocess.classes))
    optimizer = optimizer_for(model, training)
    train = DataLoader(Rows(data.x, data.y), batch_size=rows_at_a_time, shuffle=True)
    measure = [
        DataLoader(Rows(x, y), batch_size=rows_at_a_time)
        for x, y in ((data.x, data.y), (data.x_held_out, data.y_held_out))
    ]
    for _ in range(training.epochs):
        model.train()
        for x, y in _batches(train, training.batch_size):
            loss = cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        model.eval()
        with torch.no_grad():
            for loader in measure:
                _metrics(model, _batches(loader, training.batch_size))


def _batches(loader: DataLoader[Pair], size: int) -> Iterator[Pair]:
    """Yield batches of `size` rows from a loader that hands out fewer at a time."""
    xs: list[torch.Tensor] = []
    ys: list[torch.Tensor] = []
    for x, y in loader:
        xs.append(x)
        ys.append(y)
        if sum(map(len, xs)) >= size:
            yield torch.cat(xs), torch.cat(ys)
            xs.clear()
            ys.clear()
    if xs:
        yield torch.cat(xs), torch.cat(ys)


def _metrics(model: nn.Module, batches: Iterator[Pair]) -> None:
    loss = right = rows = 0.0
    for x, y in batches:
        logits = model(x)
        loss += cross_entropy(logits, y, reduction="sum").item()
        right += (logits.argmax(1) == y).sum().item()
        rows += len(y)


def main() -> None:
    """Print the time per update of each loop and the two ratios that matter."""
    job = prepare(Config.of({}))
    jobs: dict[str, Callable[[], object]] = {
        "bare loop": partial(bare, job),
        "rampup, recording": partial(ours, job, record=True),
        "rampup, in memory": partial(ours, job, record=False),
        "DataLoader, 32 rows at a time": partial(through_loader, job, 32),
        "DataLoader, one row at a time": partial(through_loader, job, 1),
    }
    measured = medians(jobs, ROUNDS)
    updates = job.plan.horizon.updates
    print("The training loop of the built-in job")
    print(table(measured, "bare loop", updates * 1e-6, "µs/update"))
    recording = measured["rampup, recording"]
    print(
        f"\nrecording takes {recording / measured['bare loop']:.2f} × the bare loop (at most 1.25)"
    )
    for name in list(jobs)[-2:]:
        least = " (at least 3)" if "one row" in name else ""
        print(f"{name} takes {measured[name] / recording:.2f} × recording{least}")
    print(f"medians of {ROUNDS} rounds, in turn")


if __name__ == "__main__":
    main()
