# /// claims
# updates = 24
# rates = "0.01 x3, 0.03071 x3, 0.04912 x3, 0.0654 x3, 0.07975 x3, 0.07536 x3, 0.07122 x3, 0.0673 x3"
# ///
"""Warmup and exponential decay multiplied; both are recursive, so they may be chained."""

import torch
from torch import nn
from torch.optim import lr_scheduler as sched


class Experiment:
    def __init__(self):
        self.net = nn.Linear(6, 2)
        self.opt = torch.optim.SGD(self.net.parameters(), lr=0.1)
        warm = sched.LinearLR(self.opt, start_factor=0.1, total_iters=4)
        # the warmup is over after four epochs, the decay goes on
        decay = sched.ExponentialLR(self.opt, gamma=0.945)
        self.schedule = sched.ChainedScheduler([warm, decay])

    def epoch(self):
        for _ in range(3):
            x = torch.randn(10, 6)
            self.opt.zero_grad()
            (self.net(x) ** 2).mean().backward()
            self.opt.step()
        self.schedule.step()


experiment = Experiment()
for _ in range(8):
    experiment.epoch()
