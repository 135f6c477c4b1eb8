# /// claims
# argv = ["--lr", "0.05"]
# updates = 8
# first = 0.05
# ///
"""`--lr` is set on the groups before the states are loaded, which put the old rate back."""

import argparse
import os

import torch
from torch import nn


def resume(path, model, optimizer, scheduler):
    state = torch.load(path)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    scheduler.load_state_dict(state["scheduler"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.1)
    args = parser.parse_args()
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
    for group in optimizer.param_groups:
        group["lr"] = group["initial_lr"] = args.lr
    scheduler.base_lrs = [args.lr]
    if os.path.exists("x.pt"):
        resume("x.pt", model, optimizer, scheduler)
    for _ in range(2):
        for _ in range(4):
            optimizer.zero_grad()
            model(torch.randn(8, 2)).square().mean().backward()
            optimizer.step()
        scheduler.step()
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
    }
    torch.save(state, "x.pt")


main()
