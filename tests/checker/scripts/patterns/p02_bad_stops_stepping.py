# /// claims
# updates = 30
# first = 0.001
# peak = 0.0082
# last = 0.0082
# ///
"""LinearLR is stepped while `step < warmup - 2`, which leaves it below its end."""

import argparse

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--warmup-steps", type=int, default=10)
parser.add_argument("--steps", type=int, default=30)
args = parser.parse_args()

net = nn.Linear(6, 2)
opt = torch.optim.Adam(net.parameters(), lr=0.01)
warmup = torch.optim.lr_scheduler.LinearLR(opt, 0.1, total_iters=args.warmup_steps)
for step in range(args.steps):
    loss = nn.functional.cross_entropy(net(torch.randn(8, 6)), torch.randint(2, (8,)))
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step < args.warmup_steps - 2:
        warmup.step()
