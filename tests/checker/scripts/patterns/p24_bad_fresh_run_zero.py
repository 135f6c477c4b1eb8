# /// claims
# raises = "KeyError"
# ///
"""`last_epoch=0` for a fresh run, where it would have to be -1."""

import argparse

import torch
from torch import nn


class Noam(torch.optim.lr_scheduler.LambdaLR):
    def __init__(self, optimizer, warmup, last_epoch):
        scale = warmup**0.5
        super().__init__(
            optimizer,
            lambda s: scale * min((s + 1) ** -0.5, (s + 1) * warmup**-1.5),
            last_epoch=last_epoch,
        )


parser = argparse.ArgumentParser()
parser.add_argument("--start-step", type=int, default=0)
args = parser.parse_args()
model = nn.Linear(3, 3)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
scheduler = Noam(optimizer, warmup=5, last_epoch=args.start_step)
for _ in range(20):
    optimizer.zero_grad()
    model(torch.randn(8, 3)).square().mean().backward()
    optimizer.step()
    scheduler.step()
