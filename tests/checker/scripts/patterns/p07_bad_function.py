# /// claims
# updates = 6
# first = 0.01667
# ///
"""The scheduler's step slipped out of the branch in a function with an early return."""

import torch
from torch import nn

ACCUMULATE = 5


def maybe_update(number, model, optimizer):
    if number % ACCUMULATE:
        return False
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return True


def train(micro_batches=30):
    model = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    decay = torch.optim.lr_scheduler.PolynomialLR(
        optimizer, total_iters=micro_batches // ACCUMULATE, power=1.0
    )
    for number in range(micro_batches):
        x = torch.randn(4, 3)
        loss = (model(x) - x.amax(1, keepdim=True)).square().mean() / ACCUMULATE
        loss.backward()
        maybe_update(number + 1, model, optimizer)
        decay.step()


train()
