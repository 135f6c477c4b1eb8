# /// claims
# updates = 42
# rates = "0.01 x3, 0.005005 x3, 0.01 x3, 0.008537 x3, 0.005005 x3, 0.001473 x3, 0.01 x3, 0.00962 x3, 0.008537 x3"
# ///
"""Warm restarts stepped once per epoch: cycles of 2, 4 and 8 epochs."""

import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts


def train_one_epoch(model, data, optimizer):
    for x, y in data:
        optimizer.zero_grad()
        loss = nn.functional.l1_loss(model(x), y)
        loss.backward()
        optimizer.step()
    return loss.item()


def run():
    data = [(torch.randn(8, 3), torch.randn(8, 1)) for _ in range(3)]
    model = nn.Linear(3, 1)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-2)
    scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=2, T_mult=2, eta_min=1e-5)
    for epoch in range(14):
        last = train_one_epoch(model, data, optimizer)
        scheduler.step()
        print(epoch, last)


run()
