# /// claims
# updates = 30
# first = 0.0
# peak = 0.05
# ///
"""The warmup is an option and the loader's length unknown: the first rate is zero all the same."""

import argparse

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.05)
    parser.add_argument("--warmup-epochs", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=5)
    args = parser.parse_args()

    x, y = load_wine(return_X_y=True)
    data = TensorDataset(torch.tensor(x / x.max(0), dtype=torch.float32), torch.tensor(y))
    loader = DataLoader(data, batch_size=32, shuffle=True)
    warmup_steps = args.warmup_epochs * len(loader)

    def warm(step):
        return min(1.0, step / warmup_steps)

    model = nn.Linear(13, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lr_lambda=warm)
    for _ in range(args.epochs):
        for inputs, labels in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(inputs), labels).backward()
            optimizer.step()
            scheduler.step()


if __name__ == "__main__":
    main()
