# /// claims
# updates = 20
# first = 0.05
# peak = 0.05
# last = 0.0025
# ///
"""Accumulation with an early `continue` while the pack is not yet full."""

import torch
from torch import nn

ACCUM = 2
model = nn.Linear(3, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
total_updates = 40 // ACCUM
scheduler = torch.optim.lr_scheduler.PolynomialLR(optimizer, total_iters=total_updates, power=1.0)

global_step = 0
optimizer.zero_grad()
for micro_step in range(40):
    x, y = torch.randn(4, 3), torch.randint(2, (4,))
    loss = nn.functional.cross_entropy(model(x), y)
    loss.div(ACCUM).backward()
    if (micro_step + 1) % ACCUM != 0:
        continue
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
    global_step += 1
print(global_step)
