# /// claims
# updates = 36
# first = 0.001
# ///
"""The cosine after the warmup is as long as the whole run, so it does not come to its end.

And the milestone lies before the end of the warmup. The loader's length is unknown.
"""

import argparse

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR
from torch.utils.data import DataLoader, TensorDataset


def build_scheduler(optimizer, total_steps, warmup_steps):
    warmup = LinearLR(optimizer, start_factor=0.1, total_iters=2 * warmup_steps)
    cosine = CosineAnnealingLR(optimizer, T_max=total_steps)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[warmup_steps])


parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=3)
args = parser.parse_args()
x, y = load_wine(return_X_y=True)
data = TensorDataset(torch.tensor(x / x.max(0), dtype=torch.float32), torch.tensor(y))
loader = DataLoader(data, batch_size=15)
model = nn.Linear(13, 3)
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
scheduler = build_scheduler(optimizer, args.epochs * len(loader), len(loader))
for epoch in range(args.epochs):
    for inputs, labels in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(inputs), labels).backward()
        optimizer.step()
        scheduler.step()
