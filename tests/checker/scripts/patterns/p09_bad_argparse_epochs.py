# /// claims
# updates = 60
# first = 0.01
# peak = 0.01
# last = 0.0
# ///
"""The horizon is an option of its own, far below what the epochs make of it."""

import argparse

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=5)
parser.add_argument("--batch-size", type=int, default=15)
args = parser.parse_args()

x, y = load_wine(return_X_y=True)
data = TensorDataset(torch.tensor(x / x.max(0), dtype=torch.float32), torch.tensor(y))
loader = DataLoader(data, batch_size=args.batch_size, shuffle=True)
model = nn.Linear(13, 3)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
# one epoch's worth of updates, although the loop makes `args.epochs` of them
scheduler = torch.optim.lr_scheduler.PolynomialLR(optimizer, total_iters=len(loader))
for epoch in range(args.epochs):
    for inputs, labels in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(inputs), labels).backward()
        optimizer.step()
        scheduler.step()
