# /// claims
# needs = ["transformers"]
# updates = 15
# rates = "0.0001 x15"
# ///
"""A constant schedule: it is stepped, and nothing moves, as its name says."""

import torch
from torch import nn
from transformers import get_constant_schedule

model = nn.Linear(3, 3)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
scheduler = get_constant_schedule(optimizer)
for _ in range(15):
    loss = model(torch.randn(4, 3)).square().mean()
    loss.backward()
    optimizer.step()
    scheduler.step()
    optimizer.zero_grad()
