# /// claims
# updates = 30
# first = 0.004
# peak = 0.1
# [[more]]
# group = 1
# first = 0.004
# peak = 0.1
# ///
"""The groups' own rates, a hundredfold apart, are overwritten by one `max_lr` for both."""

import argparse

import torch
from torch import nn


class Segmenter(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = nn.Linear(6, 4), nn.Linear(4, 6)

    def forward(self, x):
        return self.decoder(torch.relu(self.encoder(x)))


parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--steps", type=int, default=30)
args = parser.parse_args()
net = Segmenter()
optimizer = torch.optim.SGD(
    [
        {"params": net.encoder.parameters(), "lr": args.lr / 100},
        {"params": net.decoder.parameters(), "lr": args.lr},
    ],
    momentum=0.9,
)
scheduler = torch.optim.lr_scheduler.OneCycleLR(
    optimizer, max_lr=args.lr, total_steps=args.steps
)
for _ in range(args.steps):
    x = torch.randn(8, 6)
    optimizer.zero_grad()
    (net(x) - x).square().mean().backward()
    optimizer.step()
    scheduler.step()
