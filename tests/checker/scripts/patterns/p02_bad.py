# /// claims
# updates = 10
# rates = "0, 0.25, 0.5, 0.75, 0.933, 0.75"
# peak = 0.933
# ///
import math

import torch

W, T = 4, 10


def factor(s):
    return s / W if s < W else 0.5 * (1 + math.cos(math.pi * (s - W + 1) / (T - W)))


model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
for _ in range(T):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).square().mean().backward()
    optimizer.step()
    scheduler.step()
