# /// claims
# updates = 36
# rates = "0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.1, 0.1, 0.01"
# ///
"""A scheduler object of one's own, fed with the batch index; the loader's length is unknown."""

import argparse

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class WarmupSchedule:
    def __init__(self, optimizer, peak, warmup_steps):
        self.optimizer, self.peak, self.warmup_steps = optimizer, peak, warmup_steps

    def set(self, step):
        for group in self.optimizer.param_groups:
            group["lr"] = self.peak * min(1.0, (step + 1) / self.warmup_steps)


parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=3)
parser.add_argument("--warmup-steps", type=int, default=10)
args = parser.parse_args()
x, y = load_wine(return_X_y=True)
data = TensorDataset(torch.tensor(x / x.max(0), dtype=torch.float32), torch.tensor(y))
loader = DataLoader(data, batch_size=15)
model = nn.Linear(13, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
schedule = WarmupSchedule(optimizer, 0.1, args.warmup_steps)
for epoch in range(args.epochs):
    for batch_idx, (inputs, labels) in enumerate(loader):
        schedule.set(batch_idx)
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(inputs), labels).backward()
        optimizer.step()
