# /// claims
# updates = 30
# first = 0.0001
# last = 0.0001
# ///
"""The paper's decay is built in the constructor and never stepped."""

import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class TryOnTrainer:
    def __init__(self, opt):
        self.opt = opt
        self.model = nn.Sequential(nn.Linear(4, 4), nn.Tanh())
        self.criterion = nn.L1Loss()
        self.optimizer = torch.optim.Adam(
            self.model.parameters(), lr=opt.lr, betas=(0.5, 0.999)
        )
        self.scheduler = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer,
            lr_lambda=lambda step: 1.0
            - max(0, step - opt.keep_step) / float(opt.decay_step + 1),
        )

    def train(self, loader):
        for _ in range(3):
            for (x,) in loader:
                loss = self.criterion(self.model(x), x)
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()


parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.0001)
parser.add_argument("--keep-step", type=int, default=10)
parser.add_argument("--decay-step", type=int, default=20)
TryOnTrainer(parser.parse_args()).train(
    DataLoader(TensorDataset(torch.rand(80, 4)), batch_size=8)
)
