# /// claims
# updates = 15
# rates = "0.01 x5, 0.0595 x5, 0.109 x5"
# ///
"""Twenty steps of warmup, stepped once per epoch of five updates: it hardly begins."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def train(epochs=3, warmup_steps=20):
    loader = DataLoader(TensorDataset(torch.randn(40, 4)), batch_size=8)
    model = nn.Linear(4, 4)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    scheduler = torch.optim.lr_scheduler.LinearLR(
        optimizer, start_factor=0.01, total_iters=warmup_steps
    )
    for _ in range(epochs):
        for (x,) in loader:
            optimizer.zero_grad()
            (model(x) - x).abs().mean().backward()
            optimizer.step()
        scheduler.step()


train()
