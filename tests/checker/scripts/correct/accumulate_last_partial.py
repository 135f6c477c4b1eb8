# /// claims
# updates = 16
# first = 0.001
# peak = 0.01
# peak_at = 3
# last = 0.0001453
# ///
"""Accumulation that also updates on the last, incomplete pack of an epoch."""

import math

import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR
from torch.utils.data import DataLoader, TensorDataset


def main(epochs=4, accumulate=3, warmup_updates=3):
    loader = DataLoader(TensorDataset(torch.randn(44, 6)), batch_size=4)  # 11 batches
    model = nn.Sequential(nn.Linear(6, 3), nn.Linear(3, 6))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    updates = epochs * math.ceil(len(loader) / accumulate)
    scheduler = SequentialLR(
        optimizer,
        [
            LinearLR(optimizer, start_factor=0.1, total_iters=warmup_updates),
            CosineAnnealingLR(optimizer, T_max=updates - warmup_updates),
        ],
        milestones=[warmup_updates],
    )
    for _ in range(epochs):
        for index, (x,) in enumerate(loader, start=1):
            loss = (model(x) - x).square().mean()
            (loss / accumulate).backward()
            if index % accumulate == 0 or index == len(loader):
                optimizer.step()
                optimizer.zero_grad()
                scheduler.step()


main()
