# /// claims
# updates = 24
# first = 0.1
# last = 0.0983
# ///
"""Stepped by the helper and by the loop that calls it; the loader's length is unknown."""

import argparse

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def train_batch(model, batch, optimizer, scheduler):
    x, y = batch
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    scheduler.step()
    return loss.item()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=2)
    args = parser.parse_args()
    x, y = load_wine(return_X_y=True)
    data = TensorDataset(torch.tensor(x / x.max(0), dtype=torch.float32), torch.tensor(y))
    loader = DataLoader(data, batch_size=15)
    model = nn.Linear(13, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
        optimizer, T_max=args.epochs * len(loader)
    )
    for _ in range(args.epochs):
        for batch in loader:
            train_batch(model, batch, optimizer, scheduler)
            scheduler.step()


main()
