# /// claims
# needs = ["transformers"]
# updates = 60
# first = 0.0
# ///
"""transformers' cosine rises again when the run is longer than it was told."""

import torch
from torch import nn
from transformers import get_cosine_schedule_with_warmup

model = nn.Linear(2, 2)
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
scheduler = get_cosine_schedule_with_warmup(
    optimizer, num_warmup_steps=5, num_training_steps=30
)
for step in range(60):
    x = torch.randn(4, 2)
    (model(x) - x.flip(1)).square().mean().backward()
    optimizer.step()
    scheduler.step()
    optimizer.zero_grad()
