# /// claims
# updates = 20
# first = 0.01
# peak = 0.01
# last = 0.008672
# ///
"""The horizon counts micro-batches, the scheduler updates: a quarter of the cosine is used."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def main(epochs=4, accumulate=4):
    loader = DataLoader(TensorDataset(torch.randn(160, 4)), batch_size=8)
    model = nn.Linear(4, 2)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    total = epochs * len(loader)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=total)
    for _ in range(epochs):
        for index, (x,) in enumerate(loader, 1):
            (model(x).square().mean() / accumulate).backward()
            if index % accumulate == 0:
                optimizer.step()
                scheduler.step()
                optimizer.zero_grad()


main()
