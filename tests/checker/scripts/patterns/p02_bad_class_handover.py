# /// claims
# updates = 24
# first = 0.0
# peak = 0.0938
# ///
"""A schedule written by hand in a trainer: the decay has begun when the warmup ends."""

import torch
from torch import nn


class Trainer:
    warmup, total, base_lr = 8, 24, 0.1

    def __init__(self):
        self.model = nn.Linear(3, 1)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=self.base_lr)

    def rate(self, step):
        if step < self.warmup:
            return self.base_lr * step / self.warmup
        return self.base_lr * (self.total - step - 1) / (self.total - self.warmup)

    def train(self):
        for step in range(self.total):
            for group in self.optimizer.param_groups:
                group["lr"] = self.rate(step)
            self.optimizer.zero_grad()
            self.model(torch.randn(4, 3)).square().mean().backward()
            self.optimizer.step()


Trainer().train()
