# /// claims
# needs = ["timm"]
# updates = 16
# rates = "0.001 x4, 0.00325 x2, 0.0055 x2, 0.00775 x2, 0.01 x2"
# ///
"""timm's `step(epoch)` at the end of the epoch: every value comes one epoch late."""

import torch
from timm.scheduler import CosineLRScheduler
from torch import nn

model = nn.Linear(5, 5)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
scheduler = CosineLRScheduler(
    optimizer, t_initial=6, warmup_t=4, warmup_lr_init=1e-3, warmup_prefix=True
)
for epoch in range(8):
    for _ in range(2):
        x = torch.randn(4, 5)
        optimizer.zero_grad()
        (model(x) - x).square().mean().backward()
        optimizer.step()
    scheduler.step(epoch)
