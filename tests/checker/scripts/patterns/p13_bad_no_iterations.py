# /// claims
# updates = 12
# rates = "0.0333 x12"
# ///
"""LinearLR over zero iterations keeps a third of the rate for ever."""

import torch
from torch import nn


class Trainer:
    def __init__(self, warmup_iters=0):
        self.model = nn.Linear(2, 1)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.1)
        self.warmup = torch.optim.lr_scheduler.LinearLR(
            self.optimizer, total_iters=warmup_iters
        )

    def train(self, iterations):
        for _ in range(iterations):
            self.optimizer.zero_grad()
            self.model(torch.randn(8, 2)).square().mean().backward()
            self.optimizer.step()
            self.warmup.step()


Trainer().train(12)
