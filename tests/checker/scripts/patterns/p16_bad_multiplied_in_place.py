# /// claims
# updates = 6
# rates = "0.25, 0.125, 0.09375, 0.09375, 0.09375, 0.09375"
# ///
"""The warmup factor multiplies the current rate instead of the base rate: it sinks."""

import torch


def warm(optimizer, step, warmup=4):
    for group in optimizer.param_groups:
        group["lr"] *= min(1.0, (step + 1) / warmup)


model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
for step in range(6):
    warm(optimizer, step)
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
