# /// claims
# updates = 32
# first = 0.0005
# peak = 0.004
# peak_at = 7
# last = 0.0004154
# ///
"""A schedule's function with its numbers bound by `functools.partial`, as transformers does."""

import math
from functools import partial

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR


def _cosine_with_floor(step, *, warmup_steps, total_steps, floor):
    if step < warmup_steps:
        return float(step + 1) / float(max(1, warmup_steps))
    progress = float(step - warmup_steps) / float(max(1, total_steps - warmup_steps))
    return max(floor, floor + (1 - floor) * 0.5 * (1.0 + math.cos(math.pi * progress)))


def cosine_with_floor(optimizer, warmup_steps, total_steps, floor=0.1):
    factor = partial(
        _cosine_with_floor, warmup_steps=warmup_steps, total_steps=total_steps, floor=floor
    )
    return LambdaLR(optimizer, factor)


model = nn.Linear(6, 6)
optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
scheduler = cosine_with_floor(optimizer, warmup_steps=8, total_steps=32)
for _ in range(32):
    x = torch.randn(8, 6)
    loss = (model(x) - x).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
