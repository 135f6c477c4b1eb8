# /// claims
# argv = ["--warmup-steps", "0"]
# updates = 20
# first = 0.01
# peak = 0.01
# last = 0.0005
# ///
"""No warmup is asked for explicitly, and the schedule can do without."""

import argparse

import torch
from torch import nn


def schedule(step, warmup, total):
    if step < warmup:
        return (step + 1) / warmup
    return (total - step) / max(1, total - warmup)


parser = argparse.ArgumentParser()
parser.add_argument("--warmup-steps", type=int, default=0)
parser.add_argument("--steps", type=int, default=20)
args = parser.parse_args()
model = nn.Linear(2, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lambda step: schedule(step, args.warmup_steps, args.steps)
)
for _ in range(args.steps):
    optimizer.zero_grad()
    model(torch.randn(4, 2)).square().sum().backward()
    optimizer.step()
    scheduler.step()
