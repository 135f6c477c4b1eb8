"""Trains under DistributedDataParallel on this process: `processes.on_two` starts two of them."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from tests.integrations.processes import together
from tests.integrations.run import (
    RUN,
    SCHEDULE,
    STOP,
    UPDATES,
    Rates,
    follow,
    groups_of,
    small_model,
)
from torch.nn.parallel import DistributedDataParallel
from torch.optim import AdamW, Optimizer

from rampup import RampupLR

ACCUMULATE = 2


def built() -> tuple[DistributedDataParallel, Optimizer, RampupLR, Rates]:
    model = DistributedDataParallel(small_model())
    optimizer = AdamW(groups_of(model))
    return model, optimizer, RampupLR(optimizer, SCHEDULE, **RUN), follow(optimizer)


def train(model: DistributedDataParallel, optimizer: Optimizer, updates: int, rank: int) -> None:
    for _ in range(updates):
        for micro in range(ACCUMULATE):
            last = micro == ACCUMULATE - 1
            with nullcontext() if last else model.no_sync():
                model(torch.full((2, 4), 1.0 + rank)).square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()


def resumed(path: Path, parts: tuple[str, ...], rank: int) -> Rates:
    """Return the rates that fresh objects use after these parts were loaded, in this order."""
    model, optimizer, scheduler, used = built()
    saved = torch.load(path, weights_only=True)
    model.load_state_dict(saved["model"])
    for part in parts:
        {"optimizer": optimizer, "scheduler": scheduler}[part].load_state_dict(saved[part])
    train(model, optimizer, UPDATES - STOP, rank)
    return used


def main(rank: int, folder: Path) -> dict[str, Rates]:
    model, optimizer, scheduler, used = built()
    train(model, optimizer, STOP, rank)
    if rank == 0:
        parts: dict[str, Any] = {"model": model, "optimizer": optimizer, "scheduler": scheduler}
        torch.save({name: part.state_dict() for name, part in parts.items()}, folder / "saved.pt")
    torch.distributed.barrier()

    orders = [
        ("optimizer", "scheduler"),
        ("scheduler", "optimizer"),
        ("optimizer",),
        ("scheduler",),
    ]
    told: dict[str, Rates] = {"start": used}
    for order in orders:
        told[" then ".join(order)] = resumed(folder / "saved.pt", order, rank)
    return told


if __name__ == "__main__":
    together(main)
