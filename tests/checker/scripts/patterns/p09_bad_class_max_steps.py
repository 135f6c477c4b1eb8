# /// claims
# updates = 15
# first = 0.004
# last = 0.01673
# ///
"""The schedule spans all epochs, the run is stopped at `max_steps`: still on the way up."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Config:
    epochs = 20
    max_steps = 15
    batch_size = 8
    lr = 0.1


class Trainer:
    def __init__(self, cfg):
        self.cfg = cfg
        self.loader = DataLoader(TensorDataset(torch.randn(80, 3)), batch_size=cfg.batch_size)
        self.model = nn.Linear(3, 3)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=cfg.lr)
        self.scheduler = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, cfg.lr, epochs=cfg.epochs, steps_per_epoch=len(self.loader)
        )
        self.step = 0

    def train(self):
        while self.step < self.cfg.max_steps:
            for (x,) in self.loader:
                self.optimizer.zero_grad()
                (self.model(x) - x).square().mean().backward()
                self.optimizer.step()
                self.scheduler.step()
                self.step += 1
                if self.step == self.cfg.max_steps:
                    break


Trainer(Config()).train()
