"""A plain loop with a gradient scaler that skips updates, stopped and resumed in any order."""

import io
from itertools import permutations
from typing import Any

import pytest
import torch
from tests.integrations.run import (
    RUN,
    SCHEDULE,
    UPDATES,
    Rates,
    follow,
    groups_of,
    planned,
    small_model,
)
from torch.optim import SGD, Adam, AdamW

from rampup import RampupLR

BATCHES, STOP = 24, 9
OVERFLOWS = {0, 1, 5, 8, 9, 13, 20, 23}  # the last before the stop, and the first after it
MADE = [batch for batch in range(BATCHES) if batch not in OVERFLOWS]
OPTIMIZERS: dict[str, Any] = {
    "SGD": SGD,
    "AdamW": AdamW,
    "SGD fused": lambda groups: SGD(groups, fused=True),
    "Adam fused": lambda groups: Adam(groups, fused=True),
    "AdamW fused": lambda groups: AdamW(groups, fused=True),
}
PARTS = ("scaler", "optimizer", "scheduler")
ORDERS = [*permutations(PARTS), ("scaler", "optimizer"), ("scheduler", "scaler")]


def built(make: Any) -> tuple[dict[str, Any], Rates]:
    model = small_model()
    optimizer = make(groups_of(model))
    parts = {
        "model": model,
        "optimizer": optimizer,
        "scheduler": RampupLR(optimizer, SCHEDULE, on_foreign_write="error", **RUN),
        "scaler": torch.amp.GradScaler("cpu", init_scale=64.0, growth_interval=3),
    }
    return parts, follow(optimizer)


def train(parts: dict[str, Any], batches: range) -> None:
    for batch in batches:
        x = torch.full((2, 4), torch.inf if batch in OVERFLOWS else 1.0)
        loss = parts["model"](x).square().mean()
        parts["scaler"].scale(loss).backward()
        parts["scaler"].step(parts["optimizer"])
        parts["scaler"].update()
        parts["optimizer"].zero_grad()
        parts["scheduler"].step()


@pytest.mark.parametrize("order", ORDERS, ids=" then ".join)
@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_skipped_updates_shift_nothing(make: Any, order: tuple[str, ...]) -> None:
    parts, used = built(make)
    train(parts, range(STOP))
    file = io.BytesIO()
    torch.save({name: part.state_dict() for name, part in parts.items()}, file)
    file.seek(0)
    saved = torch.load(file, weights_only=True)
    made = len(used)

    again, used_then = built(make)
    for name in ("model", *order):
        again[name].load_state_dict(saved[name])
    train(again, range(STOP, BATCHES))
    train(parts, range(STOP, BATCHES))

    assert len(MADE) == UPDATES
    assert made == sum(batch < STOP for batch in MADE)
    assert planned() == used[:made] + used_then == used
