# /// claims
# updates = 24
# first = 0.01
# peak = 0.01
# last = 0.001464
# [[more]]
# group = 1
# first = 0.001
# peak = 0.001
# last = 0.0001464
# ///
"""All groups are there before the scheduler is built; unfreezing only turns gradients on."""

import torch
from torch import nn

body, head = nn.Linear(5, 5), nn.Linear(5, 3)
body.requires_grad_(False)
optimizer = torch.optim.SGD(head.parameters(), lr=1e-2, momentum=0.9)
optimizer.add_param_group({"params": body.parameters(), "lr": 1e-3})
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=4)
for epoch in range(4):
    if epoch == 2:
        body.requires_grad_(True)
    for _ in range(6):
        x, y = torch.randn(8, 5), torch.randint(3, (8,))
        optimizer.zero_grad()
        nn.functional.cross_entropy(head(body(x)), y).backward()
        optimizer.step()
    scheduler.step()
