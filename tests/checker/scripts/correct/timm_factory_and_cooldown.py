# /// claims
# needs = ["timm"]
# updates = 28
# first = 0.00001
# peak = 0.001
# peak_at = 4
# last = 0.00001
# ///
"""timm's factory: it returns the scheduler and the number of epochs, with the cooldown."""

import torch
from timm.scheduler import create_scheduler_v2
from torch import nn

model = nn.Linear(4, 4)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
lr_scheduler, num_epochs = create_scheduler_v2(
    optimizer,
    sched="cosine",
    num_epochs=10,
    warmup_epochs=2,
    warmup_lr=1e-5,
    min_lr=1e-5,
    cooldown_epochs=2,
    warmup_prefix=True,
)
for epoch in range(num_epochs):
    for _ in range(2):
        x = torch.randn(4, 4)
        loss = (model(x) - x.roll(1, 1)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    lr_scheduler.step(epoch + 1)
