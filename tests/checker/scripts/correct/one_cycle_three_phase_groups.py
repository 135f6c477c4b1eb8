# /// claims
# updates = 50
# first = 0.0004
# peak = 0.01
# peak_at = 14
# last = 4e-8
# [[more]]
# group = 1
# first = 0.004
# peak = 0.1
# last = 4e-7
# ///
"""One cycle in three phases; the body and the head each have a peak of their own."""

import torch
from torch import nn

body = nn.Sequential(nn.Linear(6, 6), nn.Tanh())
head = nn.Linear(6, 1)
optimizer = torch.optim.SGD(
    [{"params": body.parameters(), "lr": 1e-2}, {"params": head.parameters(), "lr": 1e-1}],
    momentum=0.9,
)
TOTAL = 50
scheduler = torch.optim.lr_scheduler.OneCycleLR(
    optimizer,
    max_lr=[1e-2, 1e-1],
    total_steps=TOTAL,
    pct_start=0.3,
    three_phase=True,
    anneal_strategy="linear",
)
for _ in range(TOTAL):
    x = torch.randn(32, 6)
    loss = (head(body(x)).squeeze() - x.sum(1)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
