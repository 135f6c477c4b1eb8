# /// claims
# updates = 24
# first = 0.01
# ///
"""A decay in place over a tensor that is also the base; the loader's length is unknown."""

import argparse

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.01)
parser.add_argument("--epochs", type=int, default=2)
args = parser.parse_args()
x, y = load_wine(return_X_y=True)
data = TensorDataset(torch.tensor(x / x.max(0), dtype=torch.float32), torch.tensor(y))
loader = DataLoader(data, batch_size=15)
model = nn.Linear(13, 3)
lr = torch.tensor(args.lr)
optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
total = args.epochs * len(loader)
step = 0
for epoch in range(args.epochs):
    for inputs, labels in loader:
        optimizer.param_groups[0]["lr"].copy_(lr * (1 - step / total))
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(inputs), labels).backward()
        optimizer.step()
        step += 1
