# /// claims
# resume = [["--epochs", "2"], ["--resume", "last.pt"]]
# updates = 48
# first = 0.01
# ///
"""`--resume` brings back weights and moments; the cosine begins from its top again."""

import argparse

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--resume", type=str, default=None)
    parser.add_argument("--epochs", type=int, default=4)
    args = parser.parse_args()
    x, y = load_wine(return_X_y=True)
    data = TensorDataset(torch.tensor(x / x.max(0), dtype=torch.float32), torch.tensor(y))
    loader = DataLoader(data, batch_size=15)
    model = nn.Linear(13, 3)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 4 * len(loader))
    start_epoch = 0
    if args.resume:
        checkpoint = torch.load(args.resume)
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        start_epoch = checkpoint["epoch"]
    for epoch in range(start_epoch, args.epochs):
        for inputs, labels in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(inputs), labels).backward()
            optimizer.step()
            scheduler.step()
        torch.save(
            {
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "epoch": epoch + 1,
            },
            "last.pt",
        )


main()
