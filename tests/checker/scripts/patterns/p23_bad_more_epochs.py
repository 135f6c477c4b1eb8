# /// claims
# argv = ["--more", "4"]
# resume = [["--more", "2"], ["--more", "2"]]
# updates = 40
# first = 0.01
# ///
"""`--more` is meant to lengthen the cosine, but the loaded state brings the old length back."""

import argparse
import os

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--more", type=int, default=2)
args = parser.parse_args()
loader = DataLoader(TensorDataset(torch.randn(80, 4)), batch_size=8)
model = nn.Linear(4, 4)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
checkpoint = torch.load("last.pt") if os.path.exists("last.pt") else None
first = checkpoint["epoch"] if checkpoint else 0
last = first + args.more
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=last * len(loader))
if checkpoint:
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    scheduler.load_state_dict(checkpoint["scheduler"])
for epoch in range(first, last):
    for (x,) in loader:
        optimizer.zero_grad()
        (model(x) - x).square().mean().backward()
        optimizer.step()
        scheduler.step()
checkpoint = {
    "epoch": last,
    "model": model.state_dict(),
    "optimizer": optimizer.state_dict(),
    "scheduler": scheduler.state_dict(),
}
torch.save(checkpoint, "last.pt")
