# /// claims
# updates = 36
# first = 0.1
# peak = 0.1
# peak_at = 0
# last = 0.0004278
# ///
"""Restarts counted in epochs, with the position inside the epoch given for every batch."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

train_loader = DataLoader(TensorDataset(torch.randn(96, 4)), batch_size=16)
iters = len(train_loader)

autoencoder = nn.Sequential(nn.Linear(4, 2), nn.Linear(2, 4))
optimizer = torch.optim.SGD(autoencoder.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=2, T_mult=2)

for epoch in range(6):
    for i, (x,) in enumerate(train_loader):
        loss = (autoencoder(x) - x).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step(epoch + (i + 1) / iters)
