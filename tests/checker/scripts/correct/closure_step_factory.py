# /// claims
# updates = 25
# first = 0.02
# peak = 0.1
# peak_at = 4
# last = 0.1
# ///
"""Training as closures: `make_step` captures the model, the optimizer and the schedule."""

import torch
from torch import nn


def make_step(model, loss_fn, lr, warmup):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda count: min(1.0, (count + 1) / warmup)
    )

    def step(x, y):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        scheduler.step()
        return loss.item()

    return step


model = nn.Linear(4, 1)
train_step = make_step(model, nn.MSELoss(), lr=0.1, warmup=5)
for _ in range(25):
    inputs = torch.randn(16, 4)
    train_step(inputs, inputs.sum(1, keepdim=True))
