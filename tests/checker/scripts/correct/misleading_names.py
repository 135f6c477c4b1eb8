# /// claims
# updates = 24
# rates = "0.2 x8, 0.02 x8, 0.002 x8"
# ///
"""Names that mislead: `build_optimizer` returns a schedule too, `step` is not a scheduler's."""

import torch
from torch import nn


class TaskScheduler:
    """Orders tasks; it has nothing to do with rates."""

    def __init__(self, tasks):
        self.tasks = list(tasks)

    def step(self):
        self.tasks.append(self.tasks.pop(0))
        return self.tasks[0]


class NoiseSchedule:
    def __init__(self, steps):
        self.betas = torch.linspace(1e-4, 0.02, steps)
        self.t = 0

    def step(self):
        self.t = (self.t + 1) % len(self.betas)
        return self.betas[self.t]


def build_optimizer(net):
    sgd = torch.optim.SGD(net.parameters(), lr=0.2)
    return torch.optim.lr_scheduler.MultiStepLR(sgd, [1, 2]), sgd


net = nn.Linear(3, 3)
optimizer, scheduler = build_optimizer(net)  # the other way round, and rightly used so
lr_scheduler = TaskScheduler(["denoise", "restore"])
noise = NoiseSchedule(4)
for epoch in range(3):
    for _ in range(8):
        x = torch.randn(4, 3)
        lr_scheduler.step()
        sigma = noise.step()
        scheduler.zero_grad()
        (net(x + sigma) - x).square().mean().backward()
        scheduler.step()  # this is the SGD
    optimizer.step()  # and this the schedule
