# /// claims
# updates = 20
# first = 0.001
# peak = 0.00994
# last = 0.00994
# ///
"""eta_min is above the rate: cosine annealing climbs."""

import argparse

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=1e-3)
parser.add_argument("--min-lr", type=float, default=1e-2)
parser.add_argument("--steps", type=int, default=20)
args = parser.parse_args()
model = nn.Linear(4, 1)
optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
    optimizer, T_max=args.steps, eta_min=args.min_lr
)
for _ in range(args.steps):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).square().mean().backward()
    optimizer.step()
    scheduler.step()
