# /// claims
# updates = 60
# first = 0.0001
# peak = 0.006
# ///
"""A warmup without `min` in a class with options; the loader's length is unknown."""

import argparse

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Fit:
    def __init__(self, args):
        self.args = args
        x, y = load_wine(return_X_y=True)
        data = TensorDataset(torch.tensor(x / x.max(0), dtype=torch.float32), torch.tensor(y))
        self.loader = DataLoader(data, batch_size=15)
        self.model = nn.Linear(13, 3)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=args.lr)
        self.scheduler = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer,
            lambda step: (step + 1) / args.warmup,
        )

    def __call__(self):
        for _ in range(self.args.epochs):
            for x, y in self.loader:
                self.optimizer.zero_grad()
                nn.functional.cross_entropy(self.model(x), y).backward()
                self.optimizer.step()
                self.scheduler.step()


parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=1e-3)
parser.add_argument("--warmup", type=int, default=10)
parser.add_argument("--epochs", type=int, default=5)
Fit(parser.parse_args())()
