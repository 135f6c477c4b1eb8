# /// claims
# updates = 24
# first = 0.0125
# peak = 0.1
# ///
"""The decay is a function of the whole run, so that it has already sunk when it takes over."""

import math

import torch
from torch import nn


class CosineWithWarmup:
    """Writes the rate before each update."""

    def __init__(self, optimizer, base_lr, warmup, total):
        self.optimizer, self.base_lr, self.warmup, self.total = optimizer, base_lr, warmup, total
        self.count = 0

    def lr(self):
        if self.count < self.warmup:
            return self.base_lr * (self.count + 1) / self.warmup
        return self.base_lr * 0.5 * (1 + math.cos(math.pi * self.count / self.total))

    def step(self):
        for group in self.optimizer.param_groups:
            group["lr"] = self.lr()
        self.count += 1


model = nn.Linear(6, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
schedule = CosineWithWarmup(optimizer, 0.1, warmup=8, total=24)
for _ in range(24):
    schedule.step()
    optimizer.zero_grad()
    model(torch.randn(8, 6)).square().mean().backward()
    optimizer.step()
