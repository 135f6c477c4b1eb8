# /// claims
# updates = 100
# first = 0.1
# last = 0.0976
# ///
"""T_max=10 was typed in for ten epochs; the default is twenty now."""

import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def get_scheduler(optimizer):
    return torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=10)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=20)
    args = parser.parse_args()
    loader = DataLoader(TensorDataset(torch.randn(40, 5)), batch_size=8)
    model = nn.Linear(5, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = get_scheduler(optimizer)
    for _ in range(args.epochs):
        for (x,) in loader:
            optimizer.zero_grad()
            (model(x).squeeze(1) - x.mean(1)).square().mean().backward()
            optimizer.step()
        scheduler.step()


main()
