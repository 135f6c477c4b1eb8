# /// claims
# updates = 10
# raises = ["AttributeError", "PicklingError"]
# ///
"""CyclicLR with a local function for its scale cannot be pickled."""

import pickle

import torch
from torch import nn


def train(steps=10):
    model = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    def shrink(cycle):
        return 1 / cycle

    scheduler = torch.optim.lr_scheduler.CyclicLR(
        optimizer, 0.01, 0.1, step_size_up=2, scale_fn=shrink, cycle_momentum=False
    )
    for _ in range(steps):
        optimizer.zero_grad()
        model(torch.randn(8, 3)).square().mean().backward()
        optimizer.step()
        scheduler.step()
    return scheduler


with open("cyclic.pkl", "wb") as file:
    pickle.dump(train(), file)
