# /// claims
# updates = 12
# first = 0.02
# peak = 0.1
# peak_at = 4
# last = 0.1
# ///
"""rampup counts real updates: `step()` may be called per micro-batch, or not at all."""

import torch
from torch import nn

import rampup

model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = rampup.RampupLR(optimizer, rampup.warmup(5) >> rampup.hold(), updates=12)
with rampup.watch(model, optimizer) as trace:
    for micro_batch in range(48):
        x = torch.randn(4, 3)
        ((model(x) - x[:, :1]).square().mean() / 4).backward()
        if micro_batch % 4 == 3:
            optimizer.step()
            optimizer.zero_grad()
        scheduler.step()
print(len(trace.events))
