# /// claims
# updates = 8
# rates = "0.025, 0.05, 0.075, 0.1, 0.1, 0.1, 0.1, 0.1"
# ///
"""LambdaLR writes after the exponential decay and wipes it out."""

import torch
from torch import nn
from torch.optim.lr_scheduler import ExponentialLR, LambdaLR


class Trainer:
    def __init__(self):
        self.model = nn.Linear(3, 2)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.1)
        self.decay = ExponentialLR(self.optimizer, gamma=0.9)
        self.warmup = LambdaLR(self.optimizer, lambda step: min(1.0, (step + 1) / 4))

    def step(self):
        self.optimizer.zero_grad()
        self.model(torch.randn(4, 3)).square().mean().backward()
        self.optimizer.step()
        self.decay.step()
        self.warmup.step()


trainer = Trainer()
for _ in range(8):
    trainer.step()
