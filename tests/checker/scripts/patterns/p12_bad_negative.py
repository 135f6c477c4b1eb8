# /// claims
# updates = 8
# rates = "1, 0.8, 0.6, 0.4, 0.2, 0, -0.2, -0.4"
# ///
"""A linear decay without a floor, in a run that is longer: the rate turns negative."""

import torch

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: 1 - s / 5)
for _ in range(8):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
    scheduler.step()
