"""What a scheduler costs per update, beside those of torch, transformers and pytorch_warmup."""

import gc
import tracemalloc
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import pytorch_warmup  # type: ignore[import-untyped]
import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    LambdaLR,
    LinearLR,
    OneCycleLR,
    SequentialLR,
)
from transformers import get_cosine_schedule_with_warmup

from benchmarks.side_by_side import medians
from rampup import RampupLR

ROUNDS = 9
WARMUP, TOTAL = 1_000, 1_000_000
REPEATS = {1: 4_000, 8: 3_000, 200: 400}
LAMBDA = "torch LambdaLR"


class Still(Optimizer):
    """An optimizer whose step does nothing, so that what hangs on it can be seen."""

    def __init__(self, groups: int) -> None:
        weights = [{"params": [torch.nn.Parameter(torch.zeros(1))]} for _ in range(groups)]
        super().__init__(weights, {"lr": 0.1, "momentum": 0.9})

    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Do nothing."""


def dampened(optimizer: Optimizer) -> Callable[[], None]:
    """Return the step of pytorch_warmup in front of a cosine, as its page shows it."""
    cosine = CosineAnnealingLR(optimizer, TOTAL)
    warmup = pytorch_warmup.LinearWarmup(optimizer, WARMUP)

    def step() -> None:
        with warmup.dampening():
            cosine.step()

    return step


MAKE: dict[str, Callable[[Optimizer], Callable[[], object]]] = {
    LAMBDA: lambda o: LambdaLR(o, lambda k: min((k + 1) / WARMUP, 1.0)).step,
    "torch SequentialLR": lambda o: (
        SequentialLR(
            o, [LinearLR(o, 0.01, total_iters=WARMUP), CosineAnnealingLR(o, TOTAL)], [WARMUP]
        ).step
    ),
    "torch OneCycleLR": lambda o: OneCycleLR(o, 0.1, total_steps=TOTAL).step,
    "transformers": lambda o: get_cosine_schedule_with_warmup(o, WARMUP, TOTAL).step,
    "pytorch_warmup": dampened,
    "RampupLR": lambda o: RampupLR(o, f"warmup {WARMUP}up >> decay cosine", updates=TOTAL).step,
}


def again(times: int, *calls: Callable[[], object]) -> None:
    """Make the calls, in order, so many times."""
    for _ in range(times):
        for call in calls:
            call()


def main() -> None:
    """Print the microseconds of each scheduler per update, and what memory a run takes."""
    warnings.simplefilter("ignore")  # torch's, of the order of calls when `step` runs alone
    print("Microseconds per update: what a scheduler adds to optimizer.step(), and its step alone")
    for groups, times in REPEATS.items():
        bare = Still(groups)
        jobs: dict[str, Callable[[], object]] = {"bare": partial(again, times, bare.step)}
        for name, make in MAKE.items():
            optimizer = Still(groups)
            step = make(optimizer)
            jobs[name] = partial(again, times, optimizer.step, step)
            jobs[f"{name} alone"] = partial(again, times, step)
        measured = {name: spent / times * 1e6 for name, spent in medians(jobs, ROUNDS).items()}
        print(f"\n{groups} groups{'':19}added  × LambdaLR   alone  × LambdaLR")
        added = {name: measured[name] - measured["bare"] for name in MAKE}
        alone = {name: measured[f"{name} alone"] for name in MAKE}
        for name in MAKE:
            print(
                f"  {name:20} {added[name]:9.2f} {added[name] / added[LAMBDA]:11.2f} "
                f"{alone[name]:7.2f} {alone[name] / alone[LAMBDA]:11.2f}"
            )
    print(f"\nMemory that {TOTAL // 10} more updates keep: {growth()} bytes")


def growth() -> int:
    """Return the bytes that are held after a long run and were not after a short one."""
    optimizer = Still(1)
    scheduler = RampupLR(optimizer, f"warmup {WARMUP}up >> decay cosine", updates=TOTAL)
    again(5_000, optimizer.step, scheduler.step)
    gc.collect()
    tracemalloc.start()
    again(1_024, optimizer.step, scheduler.step)
    before = tracemalloc.get_traced_memory()[0]
    again(TOTAL // 10, optimizer.step, scheduler.step)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return grown


if __name__ == "__main__":
    main()
