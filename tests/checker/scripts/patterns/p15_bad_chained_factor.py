# /// claims
# updates = 24
# first = 0.0125
# peak = 0.2
# ///
"""The warmup's own factor is not taken back when the decay begins: twice the rate asked for."""

import argparse

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--warmup", type=int, default=8)
args = parser.parse_args()
net = nn.Linear(5, 5)
opt = torch.optim.SGD(net.parameters(), lr=args.lr)
for step in range(24):
    if step < args.warmup:
        lr = args.lr * (step + 1) / args.warmup
    else:
        lr = 2 * args.lr * (24 - step) / (24 - args.warmup)
    for group in opt.param_groups:
        group["lr"] = lr
    opt.zero_grad()
    net(torch.randn(8, 5)).abs().mean().backward()
    opt.step()
