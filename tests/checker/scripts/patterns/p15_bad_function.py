# /// claims
# updates = 20
# first = 0.0125
# peak = 0.0512
# ///
"""A helper takes its rate from the cosine's `get_lr`, whose counter was turned back to 0."""

import torch
from torch import nn


def set_lr(optimizer, step, warmup, peak, cosine):
    if step < warmup:
        lr = peak * (step + 1) / warmup
    else:
        cosine.last_epoch = step - warmup
        lr = cosine.get_lr()[0]
    optimizer.param_groups[0]["lr"] = lr


def main(steps=20, warmup=4, peak=0.05):
    model = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=peak)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=10)
    for step in range(steps):
        set_lr(optimizer, step, warmup, peak, cosine)
        optimizer.zero_grad()
        model(torch.randn(8, 3)).square().mean().backward()
        optimizer.step()


main()
