# /// claims
# updates = 50
# first = 0.0004
# peak = 0.01
# peak_at = 14
# last = 4e-8
# ///
"""The documentation's OneCycleLR: the optimizer's own rate is overwritten by the cycle."""

import torch
from torch.utils.data import DataLoader, TensorDataset

data_loader = DataLoader(TensorDataset(torch.randn(20, 3)), batch_size=4)
model = torch.nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1e-4, momentum=0.9)
scheduler = torch.optim.lr_scheduler.OneCycleLR(
    optimizer, max_lr=0.01, steps_per_epoch=len(data_loader), epochs=10
)
for epoch in range(10):
    for (batch,) in data_loader:
        optimizer.zero_grad()
        model(batch).square().mean().backward()
        optimizer.step()
        scheduler.step()
