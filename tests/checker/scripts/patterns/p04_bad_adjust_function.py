# /// claims
# updates = 36
# rates = "0.05, 0.005, 0.01"
# ///
"""`adjust_lr` is called after the update it is meant for, so the first one uses the peak."""

import argparse

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def adjust_lr(optimizer, step, args):
    if step < args.warmup:
        lr = args.lr * (step + 1) / args.warmup
    else:
        lr = args.lr
    for group in optimizer.param_groups:
        group["lr"] = lr


parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.05)
parser.add_argument("--warmup", type=int, default=10)
args = parser.parse_args()
x, y = load_wine(return_X_y=True)
data = TensorDataset(torch.tensor(x / x.max(0), dtype=torch.float32), torch.tensor(y))
loader = DataLoader(data, batch_size=15)
model = nn.Linear(13, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
global_step = 0
for epoch in range(3):
    for inputs, labels in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(inputs), labels).backward()
        optimizer.step()
        adjust_lr(optimizer, global_step, args)
        global_step += 1
