# /// claims
# updates = 40
# first = 2.5e-7
# peak = 2.5e-6
# ///
"""Peak and floor are rates, and are used as factors of the rate."""

import math

import torch
from torch import nn


class Policy:
    peak_lr, decay_lr, warmup, total = 1.581e-3, 1e-4, 10, 40

    def __init__(self):
        self.net = nn.Linear(5, 2)
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=self.peak_lr)
        self.scheduler = torch.optim.lr_scheduler.LambdaLR(self.optimizer, self.schedule)

    def schedule(self, step):
        if step < self.warmup:
            return self.peak_lr * (step + 1) / self.warmup
        progress = (step - self.warmup) / (self.total - self.warmup)
        cosine = 0.5 * (1 + math.cos(math.pi * progress))
        return self.decay_lr + (self.peak_lr - self.decay_lr) * cosine

    def update(self):
        self.optimizer.zero_grad()
        self.net(torch.randn(8, 5)).square().mean().backward()
        self.optimizer.step()
        self.scheduler.step()


policy = Policy()
for _ in range(policy.total):
    policy.update()
