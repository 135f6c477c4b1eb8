# /// claims
# resume = [["--epochs", "1"], ["--resume", "state.pt"]]
# updates = 36
# first = 0.00025
# ///
"""With `--resume` the optimizer is restored before one cycle is built on it."""

import argparse

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--resume", default="")
parser.add_argument("--epochs", type=int, default=3)
args = parser.parse_args()
x, y = load_wine(return_X_y=True)
data = TensorDataset(torch.tensor(x / x.max(0), dtype=torch.float32), torch.tensor(y))
loader = DataLoader(data, batch_size=15)
model = nn.Linear(13, 3)
optimizer = torch.optim.AdamW(model.parameters(), lr=0.00625)
start_epoch = 0
if args.resume:
    checkpoint = torch.load(args.resume)
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    start_epoch = checkpoint["epoch"]
scheduler = torch.optim.lr_scheduler.OneCycleLR(
    optimizer, max_lr=0.00625, epochs=3, steps_per_epoch=len(loader)
)
if args.resume:
    scheduler.load_state_dict(checkpoint["scheduler"])
for epoch in range(start_epoch, args.epochs):
    for inputs, labels in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(inputs), labels).backward()
        optimizer.step()
        scheduler.step()
    checkpoint = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "epoch": epoch + 1,
    }
    torch.save(checkpoint, "state.pt")
