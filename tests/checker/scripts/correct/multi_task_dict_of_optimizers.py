# /// claims
# updates = 18
# rates = "0.05 x6, 0.025 x6, 0.0125 x6"
# [[more]]
# optimizer = 1
# updates = 18
# rates = "0.005 x6, 0.0025 x6, 0.00125 x6"
# ///
"""Dictionaries of optimizers and schedules, walked together."""

import torch
from torch import nn

nets = nn.ModuleDict({"actor": nn.Linear(4, 2), "critic": nn.Linear(4, 1)})
rates = {"actor": 0.05, "critic": 0.005}
optimizers = {
    name: torch.optim.SGD(net.parameters(), lr=rates[name]) for name, net in nets.items()
}
schedulers = {
    name: torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
    for name, optimizer in optimizers.items()
}
for epoch in range(3):
    for _ in range(6):
        x = torch.randn(8, 4)
        for name, optimizer in optimizers.items():
            optimizer.zero_grad()
            nets[name](x).square().mean().backward()
            optimizer.step()
    for scheduler in schedulers.values():
        scheduler.step()
