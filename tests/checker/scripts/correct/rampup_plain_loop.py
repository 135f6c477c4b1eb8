# /// claims
# updates = 40
# first = 0.00025
# peak = 0.002
# peak_at = 7
# last = 0.0002043
# ///
"""rampup's scheduler in a loop of one's own."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import rampup
from rampup import decay, warmup

loader = DataLoader(TensorDataset(torch.randn(64, 4), torch.randint(2, (64,))), batch_size=8)
model = nn.Linear(4, 2)
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
schedule = warmup("1ep") >> decay("cosine", to=0.1)
epochs = 5
scheduler = rampup.RampupLR(
    optimizer, schedule, updates=epochs * len(loader), updates_per_epoch=len(loader)
)
for epoch in range(epochs):
    for x, y in loader:
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        scheduler.step()
