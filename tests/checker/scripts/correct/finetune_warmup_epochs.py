# /// claims
# updates = 100
# rates = "0.002 x10, 0.0052 x10, 0.0084 x10, 0.0116 x10, 0.0148 x10, 0.018 x10"
# first = 0.002
# peak = 0.018
# peak_at = 50
# last = 0.002
# ///
"""Warm up for five epochs, then drop the rate at the eighth; everything counts in epochs."""

import torch
from torch import nn, optim
from torch.optim import lr_scheduler

EPOCHS = 10
WARMUP_EPOCHS = 5
BASE_LR = 0.018

x = torch.randn(160, 12)
y = x @ torch.randn(12, 1)

model = nn.Linear(12, 1)
optimizer = optim.SGD(model.parameters(), lr=BASE_LR)
warmup_scheduler = lr_scheduler.LinearLR(
    optimizer, start_factor=1 / 9, end_factor=1.0, total_iters=WARMUP_EPOCHS
)
main_scheduler = lr_scheduler.StepLR(optimizer, step_size=3, gamma=1 / 9)
scheduler = lr_scheduler.SequentialLR(
    optimizer, schedulers=[warmup_scheduler, main_scheduler], milestones=[WARMUP_EPOCHS]
)

for epoch in range(EPOCHS):
    for rows in torch.randperm(160).split(16):
        optimizer.zero_grad()
        loss = (model(x[rows]) - y[rows]).pow(2).mean()
        loss.backward()
        optimizer.step()
    print(epoch, scheduler.get_last_lr()[0], loss.item())
    scheduler.step()
