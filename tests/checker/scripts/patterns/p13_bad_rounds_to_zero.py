# /// claims
# needs = ["transformers"]
# updates = 20
# first = 0.01
# peak = 0.01
# ///
"""Three percent of twenty updates are rounded down to no warmup at all."""

import torch
from torch import nn
from transformers import get_linear_schedule_with_warmup


def main(steps=20, warmup_ratio=0.03):
    model = nn.Linear(3, 2)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    warmup_steps = int(warmup_ratio * steps)
    scheduler = get_linear_schedule_with_warmup(optimizer, warmup_steps, steps)
    for _ in range(steps):
        model(torch.randn(4, 3)).square().mean().backward()
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()


main()
