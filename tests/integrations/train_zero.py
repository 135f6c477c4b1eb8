"""Trains with ZeroRedundancyOptimizer on this process: `processes.on_two` starts two of them."""

import warnings
from pathlib import Path

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
from torch.distributed.optim import ZeroRedundancyOptimizer
from torch.nn.parallel import DistributedDataParallel
from torch.optim import AdamW

from rampup import RampupLR


def built() -> tuple[DistributedDataParallel, ZeroRedundancyOptimizer, RampupLR, Rates, Rates]:
    model = DistributedDataParallel(small_model())
    optimizer = ZeroRedundancyOptimizer(groups_of(model), optimizer_class=AdamW, lr=1.0)
    scheduler = RampupLR(optimizer, SCHEDULE, **RUN)
    return model, optimizer, scheduler, follow(optimizer), follow(optimizer.optim)


def train(model: DistributedDataParallel, optimizer: ZeroRedundancyOptimizer, updates: int) -> None:
    for _ in range(updates):
        model(torch.ones(2, 4)).square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()


def save(optimizer: ZeroRedundancyOptimizer, scheduler: RampupLR, path: Path, rank: int) -> None:
    optimizer.consolidate_state_dict(to=0)
    if rank == 0:
        saved = {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}
        torch.save(saved, path)
    torch.distributed.barrier()


def main(rank: int, folder: Path) -> dict[str, Rates]:
    # said by torch about itself
    warnings.filterwarnings("ignore", "`torch.distributed.optim", category=FutureWarning)
    model, optimizer, scheduler, outer, inner = built()
    train(model, optimizer, STOP)
    save(optimizer, scheduler, folder / "saved.pt", rank)
    told = {"start": outer, "start, the shard": inner}

    for parts in (("optimizer",), ("scheduler",), ("optimizer", "scheduler")):
        model, optimizer, scheduler, outer, inner = built()
        saved = torch.load(folder / "saved.pt", weights_only=True)
        for part in parts:
            {"optimizer": optimizer, "scheduler": scheduler}[part].load_state_dict(saved[part])
        train(model, optimizer, UPDATES - STOP)
        name = " then ".join(parts)
        told |= {name: outer, f"{name}, the shard": inner}
    return told


if __name__ == "__main__":
    together(main)
