# /// claims
# updates = 48
# first = 0.02
# peak = 0.1
# last = 0.1
# ///
"""A manual warmup that goes on writing the full rate undoes what StepLR has done."""

import argparse

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--epochs", type=int, default=4)
args = parser.parse_args()
x, y = load_wine(return_X_y=True)
data = TensorDataset(torch.tensor(x / x.max(0), dtype=torch.float32), torch.tensor(y))
loader = DataLoader(data, batch_size=15)
model = nn.Linear(13, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.1)
step = 0
for epoch in range(args.epochs):
    for inputs, labels in loader:
        scale = min(1.0, (step + 1) / 5)
        for group in optimizer.param_groups:
            group["lr"] = scale * args.lr
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(inputs), labels).backward()
        optimizer.step()
        step += 1
    scheduler.step()
