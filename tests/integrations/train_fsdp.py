"""Trains under FSDP2 on this process: `processes.on_two` starts two of them."""

from pathlib import Path
from typing import Any

import torch
import torch.distributed.checkpoint as dcp
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
from torch.distributed.checkpoint.state_dict import (
    StateDictOptions,
    get_optimizer_state_dict,
    set_optimizer_state_dict,
)
from torch.distributed.fsdp import fully_shard
from torch.optim import Optimizer

from rampup import RampupLR

Built = tuple[torch.nn.Module, Optimizer, RampupLR]


def built(make: Any) -> Built:
    model = small_model()
    for layer in model.children():
        fully_shard(layer)
    fully_shard(model)
    optimizer = make(groups_of(model))
    # a second writer would end the run
    return model, optimizer, RampupLR(optimizer, SCHEDULE, on_foreign_write="error", **RUN)


def train(model: torch.nn.Module, optimizer: Optimizer, updates: int, rank: int) -> Rates:
    used = follow(optimizer)
    for _ in range(updates):
        model(torch.full((2, 4), 1.0 + rank)).square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()
    return used


def through_memory(options: StateDictOptions, before: Built, after: Built, folder: Path) -> None:
    state = get_optimizer_state_dict(*before[:2], options=options)
    set_optimizer_state_dict(*after[:2], state, options=options)


def through_files(options: StateDictOptions, before: Built, after: Built, folder: Path) -> None:
    """Save and load as torch's own recipe does: the fresh state says what is to be read."""
    dcp.save(
        {"optimizer": get_optimizer_state_dict(*before[:2], options=options)}, checkpoint_id=folder
    )
    state = {"optimizer": get_optimizer_state_dict(*after[:2], options=options)}
    dcp.load(state, checkpoint_id=folder)
    set_optimizer_state_dict(*after[:2], state["optimizer"], options=options)


def from_the_first(_: StateDictOptions, before: Built, after: Built, folder: Path) -> None:
    """Only the first process gets the state, and hands it to the others."""
    options = StateDictOptions(full_state_dict=True, cpu_offload=True)
    state = get_optimizer_state_dict(*before[:2], options=options)
    options = StateDictOptions(full_state_dict=True, broadcast_from_rank0=True)
    set_optimizer_state_dict(*after[:2], state, options=options)


def by_hand(options: StateDictOptions, before: Built, after: Built, folder: Path) -> None:
    after[1].load_state_dict(before[1].state_dict())


def scheduler_alone(options: StateDictOptions, before: Built, after: Built, folder: Path) -> None:
    after[2].load_state_dict(before[2].state_dict())


WAYS = {
    "memory": (through_memory, {}),
    "memory, flat": (through_memory, {"flatten_optimizer_state_dict": True}),
    "memory, full": (through_memory, {"full_state_dict": True}),
    "full, from the first process": (from_the_first, {}),
    "files": (through_files, {}),
    "files, flat": (through_files, {"flatten_optimizer_state_dict": True}),
    "state_dict": (by_hand, {}),
    "scheduler alone": (scheduler_alone, {}),
}


def main(rank: int, folder: Path) -> dict[str, dict[str, Rates]]:
    told: dict[str, dict[str, Rates]] = {}
    for name, make in OPTIMIZERS.items():
        before = built(make)
        start = [*train(*before[:2], STOP, rank)]
        told[name] = {}
        for way, (carry, options) in WAYS.items():
            if name == "SGD" and "full" in way:
                continue  # torch refuses a full state without tensors: "Expected device to be set"
            after = built(make)
            carry(StateDictOptions(**options), before, after, folder / f"{name} {way}")
            told[name][way] = start + train(*after[:2], UPDATES - STOP, rank)
        told[name]["the run itself"] = start + train(*before[:2], UPDATES - STOP, rank)
    return told


if __name__ == "__main__":
    together(main)
