# /// claims
# updates = 40
# first = 0.1
# peak = 0.1
# last = -0.03
# ///
"""The decay counts thirty epochs, the loop makes forty."""

import torch
from torch import nn

DECAY_EPOCHS = 30


def linear_decay(epoch):
    return 1.0 - epoch / DECAY_EPOCHS


def train(num_epochs):
    model = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lr_lambda=linear_decay)
    for _ in range(num_epochs):
        x = torch.rand(16, 3)
        optimizer.zero_grad()
        (model(x) - x.sum(1, keepdim=True)).square().mean().backward()
        optimizer.step()
        scheduler.step()


train(num_epochs=40)
