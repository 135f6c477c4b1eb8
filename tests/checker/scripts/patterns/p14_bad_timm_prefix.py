# /// claims
# needs = ["timm"]
# updates = 24
# rates = "0 x2, 0.0025 x2, 0.005 x2, 0.0075 x2, 0.0075 x2"
# ///
"""timm's cosine counts from epoch 0 unless told otherwise: a part of it is lost to the warmup."""

import torch
from timm.scheduler import CosineLRScheduler
from torch import nn

model = nn.Linear(3, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
scheduler = CosineLRScheduler(optimizer, t_initial=12, warmup_t=4, warmup_lr_init=0.0)
for epoch in range(12):
    for _ in range(2):
        x = torch.randn(8, 3)
        optimizer.zero_grad()
        (model(x) - x).square().mean().backward()
        optimizer.step()
    scheduler.step(epoch + 1)
