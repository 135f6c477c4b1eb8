# /// claims
# updates = 30
# first = 0.001
# peak = 0.001
# last = 0.0005782
# ///
"""T_max is longer than the run on purpose: only the upper half of the cosine is wanted."""

import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR

EPOCHS = 10
HORIZON = 20  # the rate shall end at about half, for the next stage goes on from there

model = nn.Linear(5, 5)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
scheduler = CosineAnnealingLR(optimizer, T_max=HORIZON)
for epoch in range(EPOCHS):
    for _ in range(3):
        x = torch.randn(8, 5)
        optimizer.zero_grad()
        (model(x) - x).square().mean().backward()
        optimizer.step()
    scheduler.step()
