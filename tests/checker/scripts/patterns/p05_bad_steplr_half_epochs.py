# /// claims
# updates = 480
# first = 0.1
# peak = 0.1
# ///
"""A step size of half the epochs, stepped in the batch loop: the rate is gone in no time."""

import argparse

import torch
from sklearn.datasets import load_wine
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=40)
parser.add_argument("--batch-size", type=int, default=15)
args = parser.parse_args()

x, y = load_wine(return_X_y=True)
train_set = TensorDataset(torch.tensor(x / x.max(0), dtype=torch.float32), torch.tensor(y))
dataloader = DataLoader(train_set, batch_size=args.batch_size, shuffle=True)
model = nn.Linear(13, 3)
optimizer = optim.SGD(model.parameters(), lr=0.1)
scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=args.epochs // 2, gamma=0.1)

for epoch in range(args.epochs):
    for inputs, targets in dataloader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(inputs), targets).backward()
        optimizer.step()
        scheduler.step()
