"""A race in one batch, beside the tight plain loop: one process, one thread, slices in turn.

`python -m benchmarks.race` takes some minutes; `python -m benchmarks.race "digits, adam" 64`
measures one cell. The plain loop is as tight as one can write it: batches are there already, the
rate is set by hand, nothing is read back. What is compared is the time of one update of one member.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import NamedTuple

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from rampup import race
from rampup.pipeline.model import mlp
from rampup.races.batch import Batch
from rampup.races.engine import choose
from rampup.races.members import Grid
from rampup.races.memory import keep_heap
from rampup.races.task import Task
from rampup.races.update import Rule
from rampup.units import Horizon

ROUNDS = 7
SLICE = 0.15
UPDATES = 310


class Job(NamedTuple):
    """One row of the table: a network, its optimizer, and what the issue demands at 64 and 256."""

    widths: tuple[int, int, int]
    optimizer: str
    demand: dict[int, float]


JOBS = {
    "reference, sgd": Job((10, 50, 2), "sgd", {64: 14, 256: 18}),
    "reference, adam": Job((10, 50, 2), "adam", {64: 20, 256: 24}),
    "digits, adam": Job((64, 128, 10), "adam", {64: 5, 256: 5}),
}
WHOLE = {64: 6.0, 256: 14.0}
CHARACTERS = "characters, adam"


class Reader(nn.Module):
    """A transformer over 64 characters: 2 layers of width 64 with 4 heads, next one predicted."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(94, 64)
        self.place = nn.Parameter(torch.zeros(64, 64))
        layer = nn.TransformerEncoderLayer(64, 4, 256, dropout=0.0, batch_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.out = nn.Linear(64, 94)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return `(rows, 94, 64)`: a logit for each character and place."""
        mask = nn.Transformer.generate_square_subsequent_mask(64)
        out: torch.Tensor = self.out(self.layers(self.embed(x) + self.place, mask=mask))
        return out.transpose(1, 2)


def task_of(name: str) -> Task:
    """Return the training of a job on random rows, which cost what real ones cost."""
    draw = torch.Generator().manual_seed(0)
    if name == CHARACTERS:
        make: Callable[[], nn.Module] = Reader
        x = torch.randint(94, (992, 64), generator=draw)
        y, size, optimizer = torch.randint(94, (992, 64), generator=draw), 16, "adam"
    else:
        inputs, hidden, classes = JOBS[name].widths
        make, size, optimizer = lambda: mlp(inputs, [hidden], classes), 32, JOBS[name].optimizer
        x = torch.randn(992, inputs, generator=draw)
        y = torch.randint(classes, (992,), generator=draw)
    return Task(
        make_model=make,
        loss=cross_entropy,
        x=x,
        y=y,
        held_out=None,
        metric=None,
        batch_size=size,
        horizon=Horizon(updates=100_000, updates_per_epoch=len(x) // size),
        optimizer=Rule(name=optimizer),
        clip_norm=None,
    )


def grid_of(members: int) -> Grid:
    """Return four schedules at as many rates as give so many members of one seed."""
    texts = ["hold", "warmup 1% >> hold", "warmup 5% >> decay cosine", "warmup 20% >> decay"]
    return Grid.of(texts, f"1e-5:1e-3:{members // 4}", 1)


def plain_loop(task: Task) -> Callable[[], None]:
    """Return one update of one member by the tight loop."""
    assert isinstance(task.optimizer, Rule)
    model = task.model(0)
    optimizer = task.optimizer.alone(model.parameters())
    batches = list(
        zip(torch.split(task.x, task.batch_size), torch.split(task.y, task.batch_size), strict=True)
    )
    done = 0

    def update() -> None:
        nonlocal done
        x, y = batches[done % len(batches)]
        optimizer.param_groups[0]["lr"] = 1e-4
        loss = cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        done += 1

    return update


def in_turn(jobs: list[Callable[[], None]]) -> list[list[float]]:
    """Return processor seconds per call of each job, one number for each round."""
    found: list[list[float]] = [[] for _ in jobs]
    for turn in range(ROUNDS + 1):
        for job, seconds in zip(jobs, found, strict=True):
            started, calls = time.process_time(), 0
            while time.process_time() - started < SLICE:
                job()
                calls += 1
            if turn:
                seconds.append((time.process_time() - started) / calls)
    return found


def steady(name: str, members: int) -> str:
    """Return a line: what one update of one member takes, in a batch and in the plain loop."""
    task, grid = task_of(name), grid_of(members)
    if name == CHARACTERS:
        choice = choose(task, grid.members, "auto", 2 * 10**9)
        if choice.engine == "sequential":
            return f"{name:17} K={members:<4} ×1.00 (at least ×0.95): sequential, {choice.reason}"
        together = choice.together
    else:
        together = members
    batch = Batch(task, grid.members[:together], trace=True)

    def update() -> None:
        batch.advance(batch.done + 1, lambda *_: None)

    update()
    plain, stacked = in_turn([plain_loop(task), update])
    ratios = [one * together / all_ for one, all_ in zip(plain, stacked, strict=True)]
    least = JOBS[name].demand[members] if name in JOBS else 0.95
    return (
        f"{name:17} K={members:<4} ×{median(ratios):<5.1f} ({min(ratios):.1f}–{max(ratios):.1f}; "
        f"at least ×{least:g})  plain {median(plain) * 1e6:.0f} µs, "
        f"batch {median(stacked) / together * 1e6:.1f} µs"
    )


def whole(members: int) -> str:
    """Return a line: a race of the reference job with its set-up, beside the plain loop with its.

    The plain loop's first update brings what torch imports for its first optimizer, so that it is
    run in a process of its own, too.
    """
    task, grid = task_of("reference, adam"), grid_of(members)
    command = [sys.executable, "-m", "benchmarks.race", "first", "1"]
    first = float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    started = time.process_time()
    result = race(
        task.make_model,
        (task.x, task.y),
        loss=cross_entropy,
        schedules=grid.schedules,
        lrs=grid.lrs,
        seeds=1,
        updates=UPDATES,
    )
    seconds = time.process_time() - started
    [plain] = in_turn([plain_loop(task)])
    alone = first + median(plain) * members * UPDATES
    return (
        f"whole race, adam  K={members:<4} ×{alone / seconds:<5.1f} "
        f"(at least ×{WHOLE[members]:g})  {seconds:.2f} s beside {alone:.2f} s, "
        f"{result.engine}: {result.reason}"
    )


def first_update() -> float:
    """Return the processor seconds of the plain loop's first update in a fresh process."""
    started = time.process_time()
    plain_loop(task_of("reference, adam"))()
    return time.process_time() - started


def main() -> None:
    """Print every line from a process of its own, with the load of the machine beside it."""
    torch.set_num_threads(1)
    keep_heap()  # as rampup race does
    if len(sys.argv) > 2:
        name, members = sys.argv[1], int(sys.argv[2])
        lines = {"whole": lambda: whole(members), "first": first_update}
        print(lines.get(name, lambda: steady(name, members))())
        return
    print(f"A race beside the plain loop, one thread, medians of {ROUNDS} rounds")
    for members in (64, 256):
        for name in (*JOBS, CHARACTERS, "whole"):
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.race", name, str(members)],
                capture_output=True,
                text=True,
                check=True,
            )
            print(f"{done.stdout.rstrip()}  [load {os.getloadavg()[0]:.1f}]", flush=True)


if __name__ == "__main__":
    main()
