# /// claims
# updates = 16
# first = 0.0005
# ///
"""A helper makes the update; the caller steps the schedule without asking whether it was made."""

import torch
from torch import nn


def optimize(loss, optimizer, scaler):
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    optimizer.zero_grad()


def main(steps=16, warmup=4):
    model = nn.Linear(3, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / warmup)
    )
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    for _ in range(steps):
        x = torch.randn(8, 3)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = (model(x) - x.sum(1, keepdim=True)).square().mean()
        optimize(loss, optimizer, scaler)
        scheduler.step()


main()
