# /// claims
# argv = ["6"]
# resume = [["2"], ["6"]]
# updates = 24
# rates = "0.1 x4, 0.05 x4, 0.025 x4, 0.0125 x4"
# ///
"""The checkpoint is written before the epoch's step, so the resumed run lags by one epoch."""

import os
import sys

import torch
from torch import nn


def save_checkpoint(epoch, model, optimizer, scheduler):
    state = {
        "epoch": epoch,
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
    }
    torch.save(state, "checkpoint.pth")


def main(epochs):
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    start = 0
    if os.path.exists("checkpoint.pth"):
        checkpoint = torch.load("checkpoint.pth")
        start = checkpoint["epoch"] + 1
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        scheduler.load_state_dict(checkpoint["scheduler"])
    for epoch in range(start, epochs):
        for _ in range(4):
            optimizer.zero_grad()
            model(torch.randn(8, 2)).square().mean().backward()
            optimizer.step()
        save_checkpoint(epoch, model, optimizer, scheduler)
        scheduler.step()


main(int(sys.argv[1]))
