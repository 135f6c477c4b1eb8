# /// claims
# updates = 10
# first = 0.002
# ///
"""`initial_lr` is set to the tensor itself, and a decay in place takes it along."""

import torch
from torch import nn


def remember(optimizer):
    for group in optimizer.param_groups:
        group["initial_lr"] = group["lr"]


def set_factor(optimizer, factor):
    for group in optimizer.param_groups:
        group["lr"].copy_(group["initial_lr"] * factor)


def main(steps=10, warmup=5):
    model = nn.Linear(2, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=torch.tensor(0.01))
    remember(optimizer)
    for step in range(steps):
        set_factor(optimizer, min(1.0, (step + 1) / warmup))
        optimizer.zero_grad()
        model(torch.randn(8, 2)).square().mean().backward()
        optimizer.step()


main()
