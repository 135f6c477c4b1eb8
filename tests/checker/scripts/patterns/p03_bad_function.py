# /// claims
# updates = 15
# first = 0.028
# peak = 0.1
# peak_at = 4
# ///
"""One function makes the whole update, with the scheduler before the optimizer."""

import torch
from torch import nn


def update(model, batch, optimizer, scheduler):
    loss = nn.functional.mse_loss(model(batch), batch.sum(1, keepdim=True))
    optimizer.zero_grad()
    loss.backward()
    scheduler.step()
    optimizer.step()
    return loss.item()


def main():
    model = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=5)
    for step in range(15):
        print(step, update(model, torch.randn(8, 4), optimizer, scheduler))


main()
