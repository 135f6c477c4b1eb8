# /// claims
# updates = 18
# rates = "0.001, 0.00225, 0.0035, 0.00475, 0.006, 0.00725, 0.001, 0.00225"
# ///
"""The warmup function is given the step inside the epoch, and begins anew in each."""

import torch
from torch import nn


def warmup_lr_schedule(optimizer, step, max_step, init_lr, max_lr):
    lr = min(max_lr, init_lr + (max_lr - init_lr) * step / max_step)
    for param_group in optimizer.param_groups:
        param_group["lr"] = lr


def train_epoch(model, loader, optimizer, epoch, warmup_steps=8):
    for i, x in enumerate(loader):
        warmup_lr_schedule(optimizer, i, warmup_steps, 1e-3, 1.1e-2)
        loss = (model(x) - x).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


model = nn.Linear(3, 3)
optimizer = torch.optim.AdamW(model.parameters(), lr=1.1e-2)
loader = [torch.randn(4, 3) for _ in range(6)]
for epoch in range(3):
    train_epoch(model, loader, optimizer, epoch)
