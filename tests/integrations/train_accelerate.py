"""Trains with accelerate on this process: `processes.on_two` starts two of them."""

from pathlib import Path
from typing import Any

import torch
from tests.integrations.processes import together
from tests.integrations.run import (
    OPTIMIZERS,
    RUN,
    SCHEDULE,
    STOP,
    UPDATES,
    Rates,
    follow,
    groups_of,
    small_model,
)
from torch.utils.data import DataLoader, TensorDataset

from rampup import RampupLR

ACCUMULATE = (1, 3)


def run(make: Any, accumulate: int, updates: int, load: Path | None, save: Path | None) -> Rates:
    """Make these updates with fresh objects, and return the rates that they used."""
    from accelerate import Accelerator

    accelerator = Accelerator(cpu=True, gradient_accumulation_steps=accumulate)
    assert accelerator.num_processes == 2
    model = small_model()
    optimizer = make(groups_of(model))
    used = follow(optimizer)
    loader = DataLoader(TensorDataset(torch.ones(2 * 2 * UPDATES * max(ACCUMULATE), 4)), 2)
    scheduler = RampupLR(optimizer, SCHEDULE, **RUN)
    model, optimizer, loader, scheduler = accelerator.prepare(model, optimizer, loader, scheduler)
    if load:
        accelerator.load_state(str(load))
    for batch in loader:
        with accelerator.accumulate(model):
            accelerator.backward(model(batch[0]).square().mean())
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
        if len(used) == updates and accelerator.sync_gradients:
            break
    if save:
        accelerator.save_state(str(save))
        accelerator.wait_for_everyone()
    return used


def main(_: int, folder: Path) -> dict[str, Rates]:
    told: dict[str, Rates] = {}
    for name, make in OPTIMIZERS.items():
        for accumulate in ACCUMULATE:
            saved = folder / f"{name}-{accumulate}"
            told[f"{name}, {accumulate}"] = run(make, accumulate, STOP, None, saved) + run(
                make, accumulate, UPDATES - STOP, saved, None
            )
    return told


if __name__ == "__main__":
    together(main)
