"""Listens to a loop with accelerate on this process: `processes.on_two` starts two of them."""

from pathlib import Path

import torch
from tests.integrations.processes import together
from torch.optim.lr_scheduler import LinearLR
from torch.utils.data import DataLoader, TensorDataset

import rampup
from rampup.checker.gather.listening import live

BATCHES = 48


def listened(accumulate: int, total: int) -> list[str]:
    """Return what is found in one pass over the batches, with a decay of `total` steps."""
    from accelerate import Accelerator

    accelerator = Accelerator(cpu=True, gradient_accumulation_steps=accumulate)
    model = torch.nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loader = DataLoader(TensorDataset(torch.ones(2 * BATCHES, 4)), 2)
    scheduler = LinearLR(optimizer, 1.0, 0.0, total_iters=total)
    model, optimizer, loader, scheduler = accelerator.prepare(model, optimizer, loader, scheduler)
    with rampup.watch(model, optimizer.optimizer, scheduler=scheduler.scheduler) as trace:
        found = live(trace, tell=lambda _: None)
        for batch in loader:
            with accelerator.accumulate(model):
                accelerator.backward(model(batch[0]).square().mean())
                optimizer.step()
                scheduler.step()
                optimizer.zero_grad()
    return [finding.code for finding in found.findings]


def main(_: int, _folder: Path) -> dict[str, list[str]]:
    """Listen to lengths in batches of one process, as accelerate means them, and in updates."""
    return {
        "batches of one process": listened(1, BATCHES),
        "updates": listened(1, BATCHES // 2),
        "accumulated, batches of one process": listened(3, BATCHES // 3),
        "accumulated, updates": listened(3, BATCHES // 6),
    }


if __name__ == "__main__":
    together(main)
