# /// claims
# updates = 16
# first = 0.005
# peak = 0.02
# peak_at = 3
# last = 0.02
# ///
"""A batch without a finite loss is skipped, the update and the schedule's step with it."""

import torch
from torch import nn

model = nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.02)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, (s + 1) / 4))
skipped = 0
for index in range(20):
    x = torch.randn(8, 4)
    if index % 5 == 2:
        x[0, 0] = float("nan")
    optimizer.zero_grad()
    loss = (model(x) - x.sum(1, keepdim=True)).square().mean()
    if not torch.isfinite(loss):
        skipped += 1
        continue
    loss.backward()
    optimizer.step()
    scheduler.step()
print(skipped)
