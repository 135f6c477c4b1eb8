# /// claims
# updates = 8
# raises = "TypeError"
# first = 0.0002
# ///
"""The plateau scheduler is stepped like any other, without the metric it waits for."""

import torch
from torch import nn
from torch.optim import lr_scheduler


def get_scheduler(optimizer, policy):
    if policy == "step":
        return lr_scheduler.StepLR(optimizer, step_size=50, gamma=0.1)
    return lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.2, threshold=0.01)


def update_learning_rate(schedulers):
    for scheduler in schedulers:
        scheduler.step()


net = nn.Linear(2, 2)
optimizer = torch.optim.Adam(net.parameters(), lr=2e-4)
schedulers = [get_scheduler(optimizer, "plateau")]
for epoch in range(3):
    for _ in range(8):
        x = torch.randn(4, 2)
        optimizer.zero_grad()
        (net(x) - x.flip(1)).abs().mean().backward()
        optimizer.step()
    update_learning_rate(schedulers)
