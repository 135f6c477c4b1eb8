# /// claims
# updates = 8
# rates = "0.25, 0.5, 0.75, 1, 1, 0.976, 0.905, 0.794"
# ///
import math

import torch

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
for step in range(8):
    if step < 4:
        lr = (step + 1) / 4
    else:
        lr = 0.5 * (1 + math.cos(math.pi * (step - 4) / 10))
    for group in optimizer.param_groups:
        group["lr"] = lr
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
