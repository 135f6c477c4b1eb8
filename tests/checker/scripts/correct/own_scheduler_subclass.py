# /// claims
# updates = 30
# first = 0.0125
# peak = 0.1
# peak_at = 7
# last = 0.05164
# ///
"""A scheduler class of one's own, in closed form."""

import torch
from torch import nn
from torch.optim.lr_scheduler import LRScheduler


class InverseSquareRoot(LRScheduler):
    """Linear up to the base rate, then with the inverse square root of the update."""

    def __init__(self, optimizer, warmup, last_epoch=-1):
        self.warmup = warmup
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        update = self.last_epoch + 1
        factor = min(update / self.warmup, (self.warmup / update) ** 0.5)
        return [base * factor for base in self.base_lrs]


model = nn.Linear(4, 4)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = InverseSquareRoot(optimizer, warmup=8)
for _ in range(30):
    x = torch.randn(8, 4)
    optimizer.zero_grad()
    (model(x) - x).abs().mean().backward()
    optimizer.step()
    scheduler.step()
