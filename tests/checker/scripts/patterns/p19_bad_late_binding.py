# /// claims
# updates = 8
# rates = "0.1, 0.0125"
# [[more]]
# group = 1
# rates = "0.1, 0.0125"
# ///
"""Lambdas in a comprehension all see the last value of the loop's variable."""

import torch
from torch import nn

layers = nn.ModuleList(nn.Linear(3, 3) for _ in range(3))
optimizer = torch.optim.SGD([{"params": layer.parameters()} for layer in layers], lr=0.1)
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer,
    [lambda step: gamma**step for gamma in (0.5, 0.25, 0.125)],
)
for _ in range(8):
    x = torch.randn(5, 3)
    for layer in layers:
        x = layer(x)
    optimizer.zero_grad()
    x.square().mean().backward()
    optimizer.step()
    scheduler.step()
