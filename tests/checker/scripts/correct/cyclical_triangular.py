# /// claims
# updates = 48
# rates = "0.001, 0.00325, 0.0055, 0.00775, 0.01, 0.00775, 0.0055, 0.00325, 0.001, 0.002125"
# ///
"""Cyclical rates between two bounds, halved in each cycle, stepped after each batch."""

import torch
from torch import nn
from torch.optim.lr_scheduler import CyclicLR


def batches(count, size=16):
    for _ in range(count):
        x = torch.rand(size, 5)
        yield x, x.sum(1, keepdim=True)


model = nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.001, momentum=0.9)
scheduler = CyclicLR(
    optimizer, base_lr=0.001, max_lr=0.01, step_size_up=4, mode="triangular2"
)
for epoch in range(6):
    for x, y in batches(8):
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
        scheduler.step()
