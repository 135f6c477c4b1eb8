# /// claims
# updates = 36
# first = 0.01
# ///
"""Mixed precision is an option; with it, skipped updates move the cosine all the same."""

import argparse

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.amp import GradScaler, autocast
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--no-amp", dest="amp", action="store_false")
parser.add_argument("--epochs", type=int, default=3)
args = parser.parse_args()
x, y = load_wine(return_X_y=True)
data = TensorDataset(torch.tensor(x / x.max(0), dtype=torch.float32), torch.tensor(y))
loader = DataLoader(data, batch_size=15)
model = nn.Linear(13, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, args.epochs * len(loader))
scaler = GradScaler("cpu", enabled=args.amp)
for epoch in range(args.epochs):
    for inputs, labels in loader:
        with autocast("cpu", dtype=torch.bfloat16, enabled=args.amp):
            loss = nn.functional.cross_entropy(model(inputs), labels)
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        scheduler.step()
