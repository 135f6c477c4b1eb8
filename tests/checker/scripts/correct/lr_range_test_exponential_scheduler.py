# /// claims
# updates = 40
# first = 1e-6
# peak = 0.1
# last = 0.1
# ///
"""A range test with ExponentialLR: the gamma is above 1 because it is to find a limit."""

import torch
from torch import nn

min_lr, max_lr, steps = 1e-6, 1e-1, 40
model = nn.Linear(3, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=min_lr)
gamma = (max_lr / min_lr) ** (1 / (steps - 1))
lr_finder = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=gamma)
losses, lrs = [], []
for _ in range(steps):
    x, y = torch.randn(8, 3), torch.randint(2, (8,))
    loss = nn.functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    lrs.append(optimizer.param_groups[0]["lr"])
    losses.append(loss.item())
    optimizer.step()
    lr_finder.step()
print(lrs[losses.index(min(losses))])
