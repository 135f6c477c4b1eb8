# /// claims
# updates = 20
# first = 0.002
# peak = 0.05
# ///
"""The metrics of an update hold the rate of the next one."""

import torch
from torch import nn


class Trainer:
    def __init__(self, steps):
        self.steps = steps
        self.model = nn.Linear(4, 4)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.05)
        self.scheduler = torch.optim.lr_scheduler.OneCycleLR(self.optimizer, 0.05, steps)

    def train_step(self, x):
        loss = (self.model(x) - x).square().mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.scheduler.step()
        return {"train/loss": loss.item(), "train/lr": self.optimizer.param_groups[0]["lr"]}

    def train(self):
        for step in range(self.steps):
            metrics = self.train_step(torch.randn(8, 4))
            print({"step": step, **metrics})


Trainer(20).train()
