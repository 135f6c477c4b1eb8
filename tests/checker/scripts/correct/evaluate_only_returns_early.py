# /// claims
# argv = ["--evaluate"]
# prints = ["accuracy"]
# ///
"""With `--evaluate` the schedule is built and not used, since nothing is trained then."""

import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def accuracy(model, loader):
    model.eval()
    with torch.no_grad():
        hits = sum((model(x).argmax(1) == y).sum().item() for x, y in loader)
    return hits / len(loader.dataset)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-e", "--evaluate", action="store_true")
    parser.add_argument("--epochs", type=int, default=6)
    args = parser.parse_args()
    loader = DataLoader(TensorDataset(torch.randn(48, 5), torch.randint(2, (48,))), batch_size=8)
    model = nn.Linear(5, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=args.epochs)
    if args.evaluate:
        print("accuracy", accuracy(model, loader))
        return
    for _ in range(args.epochs):
        model.train()
        for x, y in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
        scheduler.step()
        print("accuracy", accuracy(model, loader))


if __name__ == "__main__":
    main()
