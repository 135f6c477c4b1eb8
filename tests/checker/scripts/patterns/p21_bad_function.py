# /// claims
# argv = ["24"]
# resume = [["9"], ["24"]]
# updates = 24
# first = 0.005
# ///
"""A factory loads the optimizer's state on the way; what is built later writes over it."""

import os
import sys

import torch
from torch import nn
from torch.optim.lr_scheduler import ChainedScheduler, ExponentialLR, LinearLR


def make_optimizer(model, state):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    if state is not None:
        optimizer.load_state_dict(state["optimizer"])
    return optimizer


def make_scheduler(optimizer, state):
    scheduler = ChainedScheduler(
        [LinearLR(optimizer, 0.1, total_iters=12), ExponentialLR(optimizer, 0.98)]
    )
    if state is not None:
        scheduler.load_state_dict(state["scheduler"])
    return scheduler


def main(until):
    state = torch.load("c.pt") if os.path.exists("c.pt") else None
    model = nn.Linear(3, 1)
    optimizer = make_optimizer(model, state)
    scheduler = make_scheduler(optimizer, state)
    done = 0
    if state is not None:
        model.load_state_dict(state["model"])
        done = state["done"]
    for _ in range(done, until):
        optimizer.zero_grad()
        model(torch.randn(8, 3)).square().mean().backward()
        optimizer.step()
        scheduler.step()
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "done": until,
    }
    torch.save(state, "c.pt")


main(int(sys.argv[1]))
