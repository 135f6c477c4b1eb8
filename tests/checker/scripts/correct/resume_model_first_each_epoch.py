# /// claims
# updates = 32
# resume = [["--limit", "5"], ["--resume", "last.pt"]]
# rates = "0.1 x16, 0.01 x8, 0.001 x8"
# ///
"""Resume by `--resume`: model and optimizer in one function, the scheduler in the next."""

import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def build(args):
    model = nn.Linear(8, 3)
    optimizer = torch.optim.SGD(model.parameters(), args.lr, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, args.milestones)
    return model, optimizer, scheduler


def load_checkpoint(path, model, optimizer, scheduler):
    checkpoint = torch.load(path, map_location="cpu")
    model.load_state_dict(checkpoint["model"])
    scheduler.load_state_dict(checkpoint["scheduler"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    return checkpoint["next_epoch"]


def main(args):
    loader = DataLoader(TensorDataset(torch.randn(32, 8), torch.randint(3, (32,))), 8)
    model, optimizer, scheduler = build(args)
    first = load_checkpoint(args.resume, model, optimizer, scheduler) if args.resume else 0
    for epoch in range(first, args.epochs):
        if epoch == args.limit:
            break
        for x, y in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
        scheduler.step()
        torch.save(
            {
                "next_epoch": epoch + 1,
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "scheduler": scheduler.state_dict(),
            },
            "last.pt",
        )


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--lr", default=0.1, type=float)
    p.add_argument("--epochs", default=8, type=int)
    p.add_argument("--limit", default=-1, type=int)
    p.add_argument("--milestones", default=[4, 6], type=int, nargs="*")
    p.add_argument("--resume", default="", type=str)
    main(p.parse_args())
