# /// claims
# updates = 20
# first = 0.0001
# peak = 0.0001
# ///
"""The lambda returns a rate, and LambdaLR multiplies it with the rate of the optimizer."""

import torch
from torch import nn


def get_scheduler(optimizer, lr, gamma=0.001, decay=0.75):
    return torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: lr * (1.0 + gamma * step) ** (-decay),
    )


def train(lr=0.01):
    model = nn.Linear(4, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr, momentum=0.9, nesterov=True)
    scheduler = get_scheduler(optimizer, lr)
    for _ in range(20):
        loss = nn.functional.cross_entropy(model(torch.randn(8, 4)), torch.randint(2, (8,)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()


train()
