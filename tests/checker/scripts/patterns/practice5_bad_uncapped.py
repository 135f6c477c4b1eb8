# /// claims
# updates = 8
# rates = "0, 0.025, 0.05, 0.075, 0.1, 0.125, 0.15, 0.175"
# ///
"""Answer B: from 0 to 0.1 over four epochs, and on without an end."""

import torch

weight = torch.nn.Parameter(torch.randn(2, 2))
optimizer = torch.optim.SGD([weight], lr=0.1)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: epoch / 4)
for epoch in range(8):
    optimizer.zero_grad()
    weight.square().sum().backward()
    optimizer.step()
    scheduler.step()
