# /// claims
# updates = 20
# first = 0.002
# last = 0.002
# ///
"""A factory returns both; the caller keeps the scheduler under `_` and forgets it."""

import torch
from torch import nn


def configure(model, lr, steps):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=steps)
    return optimizer, scheduler


def main():
    model = nn.Linear(4, 3)
    optimizer, _ = configure(model, lr=0.05, steps=20)
    for _ in range(20):
        loss = nn.functional.cross_entropy(model(torch.randn(8, 4)), torch.randint(3, (8,)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


main()
