# /// claims
# updates = 20
# first = 0.01
# last = 0.01
# ///
"""A function rebuilds the optimizer with decay groups after the schedule was made."""

import torch
from torch import nn


def with_decay_groups(model, optimizer):
    weights = [p for p in model.parameters() if p.ndim > 1]
    biases = [p for p in model.parameters() if p.ndim <= 1]
    groups = [
        {"params": weights, "weight_decay": 0.01},
        {"params": biases, "weight_decay": 0.0},
    ]
    return type(optimizer)(groups, lr=optimizer.defaults["lr"])


def main():
    model = nn.Linear(5, 2)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=20)
    optimizer = with_decay_groups(model, optimizer)
    for _ in range(20):
        loss = model(torch.randn(8, 5)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()


main()
