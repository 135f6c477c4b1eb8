# /// claims
# updates = 16
# first = 0.0025
# peak = 0.01
# peak_at = 3
# last = 0.01
# [[more]]
# optimizer = 1
# updates = 16
# first = 0.025
# peak = 0.1
# peak_at = 3
# last = 0.1
# ///
"""A search over rates: one function is one run."""

import torch
from torch import nn


def run(lr, warmup=4, steps=16):
    torch.manual_seed(0)
    model = nn.Linear(6, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lr_lambda=lambda s: min((s + 1) / warmup, 1.0)
    )
    for _ in range(steps):
        x = torch.randn(16, 6)
        loss = (model(x) - x[:, :1]).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
    return loss.item()


results = {lr: run(lr) for lr in (0.01, 0.1)}
print(min(results, key=results.get), results)
