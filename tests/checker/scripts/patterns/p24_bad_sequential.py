# /// claims
# updates = 12
# first = 0.01
# ///
"""SequentialLR takes `last_epoch`, but does not place its parts by it."""

import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR


class Resumed:
    def __init__(self, done):
        self.model = nn.Linear(4, 4)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.1)
        for group in self.optimizer.param_groups:
            group["initial_lr"] = 0.1
        self.scheduler = SequentialLR(
            self.optimizer,
            [
                LinearLR(self.optimizer, 0.1, total_iters=5),
                CosineAnnealingLR(self.optimizer, 15),
            ],
            milestones=[5],
            last_epoch=done - 1,
        )

    def run(self, updates):
        for _ in range(updates):
            self.optimizer.zero_grad()
            self.model(torch.randn(4, 4)).square().mean().backward()
            self.optimizer.step()
            self.scheduler.step()


Resumed(done=8).run(12)
