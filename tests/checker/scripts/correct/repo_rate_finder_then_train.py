# /// claims
# updates = 30
# first = 1e-05
# peak = 1.27834
# peak_at = 29
# last = 1.27834
# [[more]]
# optimizer = 1
# updates = 100
# first = 0.002
# peak = 0.05
# peak_at = 29
# last = 2e-07
# ///
"""A range test on the same model, undone by its saved states, and then the run itself."""

import copy

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

loader = DataLoader(TensorDataset(torch.randn(160, 5), torch.randn(160, 1)), batch_size=16)
model = nn.Linear(5, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1e-5)
before = {
    "model": copy.deepcopy(model.state_dict()),
    "optimizer": copy.deepcopy(optimizer.state_dict()),
}
finder = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=1.5)
rates, losses = [], []
for _ in range(3):
    for x, y in loader:
        loss = nn.functional.mse_loss(model(x), y)
        rates.append(optimizer.param_groups[0]["lr"])
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        finder.step()
model.load_state_dict(before["model"])
optimizer.load_state_dict(before["optimizer"])

optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
scheduler = torch.optim.lr_scheduler.OneCycleLR(
    optimizer, max_lr=0.05, total_steps=10 * len(loader)
)
for _ in range(10):
    for x, y in loader:
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
        scheduler.step()
