# /// claims
# # no update is ever made
# ///
"""`if scheduler: scheduler.step() else: optimizer.step()`: no weight is ever updated."""

import torch
from torch import nn


def train_epoch(model, batches, optimizer, scheduler=None):
    for x in batches:
        optimizer.zero_grad()
        (model(x) - x).abs().mean().backward()
        if scheduler:
            scheduler.step()
        else:
            optimizer.step()


model = nn.Linear(2, 2)
batches = [torch.randn(4, 2) for _ in range(6)]
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 6)
for epoch in range(3):
    train_epoch(model, batches, optimizer, scheduler)
