"""Reading a plan, beside a hand-written numpy expression and beside stepping torch."""

import time
from collections.abc import Callable

import numpy as np
import torch
from torch.optim.lr_scheduler import ConstantLR, CosineAnnealingLR, LinearLR, SequentialLR

from benchmarks.side_by_side import medians, table
from rampup import decay, hold, warmup

ROUNDS = 11
UPDATES = 1_000_000
STEPPED = 20_000


def by_hand(k: np.ndarray[tuple[int], np.dtype[np.int64]]) -> object:
    """Return warmup, hold and cosine decay as one would write them for this curve alone."""
    rise = (k + 1) / 50_000
    fall = 0.5 * (1 + np.cos(np.pi * np.clip((k - 800_000) / 200_000, 0, 1)))
    return np.where(k < 50_000, rise, np.where(k < 800_000, 1.0, fall))


def stepped() -> None:
    """Step torch's composition of the same curve through a part of the run."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = SequentialLR(
        optimizer,
        [
            LinearLR(optimizer, 1e-8, 1.0, 50_000),
            ConstantLR(optimizer, 1.0, 1),
            CosineAnnealingLR(optimizer, 200_000),
        ],
        [50_000, 800_000],
    )
    optimizer.step()
    for _ in range(STEPPED):
        scheduler.step()


def main() -> None:
    """Print the time of a million factors, and of one."""
    plan = (warmup(50_000) >> hold() >> decay("cosine", over=200_000)).plan(updates=UPDATES)
    k = np.arange(UPDATES)
    jobs: dict[str, Callable[[], object]] = {
        "by hand": lambda: by_hand(k),
        "plan(array)": lambda: plan(k),
        f"torch, {STEPPED} steps": stepped,
    }
    measured = medians(jobs, ROUNDS)
    print("A million factors of warmup >> hold >> decay cosine")
    print(table(measured, "by hand", 1e-3, "ms"))
    ours = measured["plan(array)"]
    torchs = measured[f"torch, {STEPPED} steps"] * UPDATES / STEPPED
    print(f"\nplan(array) takes {ours / measured['by hand']:.2f} × the expression (at most 2)")
    print(
        f"a million steps of torch's SequentialLR would take {torchs / ours:.0f} × (at least 100)"
    )
    for name, index in (("warmup", 777), ("hold", 300_000), ("decay", 900_000)):
        started = time.perf_counter()
        for _ in range(100_000):
            plan(index)
        spent = (time.perf_counter() - started) * 10
        print(f"plan({index}), in the {name}: {spent:.2f} µs (at most 3)")


if __name__ == "__main__":
    main()
