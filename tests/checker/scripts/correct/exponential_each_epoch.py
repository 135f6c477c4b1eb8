# /// claims
# updates = 20
# rates = "0.2 x4, 0.18 x4, 0.162 x4, 0.1458 x4, 0.13122 x4"
# ///
"""Exponential decay: nine tenths of the rate after each pass over the rows."""

import torch

torch.manual_seed(3)
rows = torch.randn(40, 5)
answers = rows @ torch.tensor([1.0, 2.0, 0.0, -1.0, 0.5])
weights = torch.zeros(5, requires_grad=True)

sgd = torch.optim.SGD([weights], lr=0.2)
decay = torch.optim.lr_scheduler.ExponentialLR(sgd, gamma=0.9)
for _ in range(5):
    for start in range(0, 40, 10):
        sgd.zero_grad()
        error = rows[start : start + 10] @ weights - answers[start : start + 10]
        error.square().mean().backward()
        sgd.step()
    decay.step()
