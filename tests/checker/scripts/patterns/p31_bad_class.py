# /// claims
# updates = 8
# first = 0.025
# peak = 0.025
# ///
"""The base rates are kept as the very tensors that are then filled."""

import torch
from torch import nn


class TensorWarmup:
    def __init__(self, optimizer, warmup):
        self.optimizer, self.warmup, self.count = optimizer, warmup, 0
        self.base_lrs = [group["lr"] for group in optimizer.param_groups]

    def step(self):
        self.count += 1
        scale = min(1.0, self.count / self.warmup)
        for group, base in zip(self.optimizer.param_groups, self.base_lrs, strict=True):
            group["lr"].fill_(base * scale)


net = nn.Linear(3, 3)
optimizer = torch.optim.AdamW(net.parameters(), lr=torch.tensor(0.1), capturable=False)
warmup = TensorWarmup(optimizer, warmup=4)
for _ in range(8):
    warmup.step()
    optimizer.zero_grad()
    net(torch.randn(8, 3)).square().mean().backward()
    optimizer.step()
