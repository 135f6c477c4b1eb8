# /// claims
# needs = ["pytorch_warmup"]
# updates = 40
# first = 0.001
# peak = 0.01
# last = 0
# ///
"""pytorch_warmup as its own example has it: the schedule is stepped inside `dampening`."""

import pytorch_warmup as warmup
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

dataloader = DataLoader(TensorDataset(torch.randn(80, 5)), batch_size=8)
model = nn.Linear(5, 5)
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
num_epochs, warmup_period = 4, 10
num_steps = len(dataloader) * num_epochs - warmup_period
lr_scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=num_steps)
warmup_scheduler = warmup.LinearWarmup(optimizer, warmup_period)
for epoch in range(num_epochs):
    for (x,) in dataloader:
        optimizer.zero_grad()
        (model(x) - x).square().mean().backward()
        optimizer.step()
        with warmup_scheduler.dampening():
            if warmup_scheduler.last_step + 1 >= warmup_period:
                lr_scheduler.step()
