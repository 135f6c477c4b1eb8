# /// claims
# argv = ["--epochs", "6", "--step-size", "2"]
# updates = 72
# rates = "0.1 x12, 0.01 x24, 0.001 x24, 0.0001 x12"
# ///
"""The order of torch 1.0: the scheduler is stepped at the beginning of each epoch."""

import argparse

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, TensorDataset


def train(model, loader, optimizer):
    for x, y in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=90)
    parser.add_argument("--step-size", type=int, default=30)
    args = parser.parse_args()
    x, y = load_wine(return_X_y=True)
    data = TensorDataset(torch.tensor(x / x.max(0), dtype=torch.float32), torch.tensor(y))
    loader = DataLoader(data, batch_size=15, shuffle=True)
    model = nn.Linear(13, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=args.step_size, gamma=0.1)
    for _ in range(args.epochs):
        scheduler.step()
        train(model, loader, optimizer)


if __name__ == "__main__":
    main()
