# /// claims
# updates = 16
# first = 0.025
# peak = 0.1025
# ///
"""A scheduler class that hands over to the recursive form of cosine: above the peak."""

import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler


class GradualWarmup(LRScheduler):
    def __init__(self, optimizer, warmup, after):
        self.warmup, self.after = warmup, after
        super().__init__(optimizer)

    def get_lr(self):
        if self.last_epoch < self.warmup:
            return [base * (self.last_epoch + 1) / self.warmup for base in self.base_lrs]
        self.after.last_epoch = self.last_epoch - self.warmup
        return self.after.get_lr()


model = nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
cosine = CosineAnnealingLR(optimizer, T_max=10)
scheduler = GradualWarmup(optimizer, warmup=4, after=cosine)
for _ in range(16):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
    scheduler.step()
