# /// claims
# resume = [["--epochs", "3"], ["--resume", "last.pt"]]
# updates = 50
# first = 0.005
# ///
"""A schedule that counts updates is given the epoch when the run goes on."""

import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--resume", default=None)
parser.add_argument("--epochs", type=int, default=5)
args = parser.parse_args()
loader = DataLoader(TensorDataset(torch.randn(80, 3)), batch_size=8)
model = nn.Linear(3, 3)
optimizer = torch.optim.AdamW(model.parameters(), lr=0.05)
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lambda step: min(1.0, (step + 1) / 10) * max(0.0, 1 - step / 60)
)
start_epoch = 0
if args.resume:
    checkpoint = torch.load(args.resume)
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    start_epoch = checkpoint["epoch"]
    scheduler.last_epoch = start_epoch
for epoch in range(start_epoch, args.epochs):
    for (x,) in loader:
        optimizer.zero_grad()
        (model(x) - x).square().mean().backward()
        optimizer.step()
        scheduler.step()
    torch.save(
        {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch + 1},
        "last.pt",
    )
