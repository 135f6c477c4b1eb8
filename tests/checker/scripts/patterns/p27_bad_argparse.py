# /// claims
# updates = 24
# first = 0.01
# ///
"""A line for every hundredth batch, written after the scheduler has moved on."""

import argparse

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=2)
parser.add_argument("--log-every", type=int, default=4)
args = parser.parse_args()
x, y = load_wine(return_X_y=True)
data = TensorDataset(torch.tensor(x / x.max(0), dtype=torch.float32), torch.tensor(y))
loader = DataLoader(data, batch_size=15)
model = nn.Linear(13, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=len(loader))
for epoch in range(args.epochs):
    for i, (inputs, labels) in enumerate(loader):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(inputs), labels)
        loss.backward()
        optimizer.step()
        scheduler.step()
        if i % args.log_every == 0:
            print(f"[{epoch}:{i}] lr {scheduler.get_last_lr()[0]:.2e} loss {loss:.3f}")
