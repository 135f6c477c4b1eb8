# /// claims
# updates = 12
# rates = "0.05 x12"
# ///
"""The scheduler may be None; then the loop leaves the rate alone."""

import torch
from torch import nn


def train(model, batches, lr=0.05, scheduler_factory=None):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    scheduler = scheduler_factory(optimizer) if scheduler_factory else None
    for x in batches:
        optimizer.zero_grad()
        (model(x) - x).square().mean().backward()
        optimizer.step()
        if scheduler is not None:
            scheduler.step()


train(nn.Linear(3, 3), [torch.randn(4, 3) for _ in range(12)])
