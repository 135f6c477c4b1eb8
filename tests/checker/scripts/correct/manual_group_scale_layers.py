# /// claims
# updates = 30
# first = 0.0004
# peak = 0.002
# peak_at = 4
# last = 0.0001075
# [[more]]
# group = 1
# first = 0.0002
# peak = 0.001
# last = 5.375e-05
# ///
"""Rates written by hand for each group before the update, scaled by the group's own factor."""

import math

import torch
from torch import nn


class Scheduler:
    """Not torch's: it is called with the number of the update that comes."""

    def __init__(self, optimizer, peak, warmup, total, floor=0.05):
        self.optimizer, self.peak = optimizer, peak
        self.warmup, self.total, self.floor = warmup, total, floor

    def factor(self, update):
        if update < self.warmup:
            return (update + 1) / self.warmup
        done = (update - self.warmup) / max(1, self.total - self.warmup)
        return self.floor + (1 - self.floor) * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))

    def apply(self, update):
        for group in self.optimizer.param_groups:
            group["lr"] = self.peak * self.factor(update) * group.get("scale", 1.0)


net = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 1))
optimizer = torch.optim.AdamW(
    [{"params": net[2].parameters()}, {"params": net[0].parameters(), "scale": 0.5}], lr=2e-3
)
schedule = Scheduler(optimizer, peak=2e-3, warmup=5, total=30)
for update in range(30):
    schedule.apply(update)
    x = torch.randn(16, 4)
    loss = (net(x) - x.amax(1, keepdim=True)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
