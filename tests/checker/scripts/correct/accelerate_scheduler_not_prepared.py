# /// claims
# needs = ["accelerate"]
# updates = 24
# first = 0.02
# peak = 0.02
# last = 8.555e-05
# ///
"""The scheduler is left out of `prepare`: stepped once per update on every process."""

import torch
from accelerate import Accelerator
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

accelerator = Accelerator(cpu=True)
loader = DataLoader(TensorDataset(torch.randn(64, 5)), batch_size=8)
model = nn.Linear(5, 5)
optimizer = torch.optim.SGD(model.parameters(), lr=0.02)
model, optimizer, loader = accelerator.prepare(model, optimizer, loader)

num_epochs = 3
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
    optimizer.optimizer, T_max=num_epochs * len(loader)
)
for epoch in range(num_epochs):
    for (x,) in loader:
        loss = (model(x) + x).square().mean()
        accelerator.backward(loss)
        optimizer.step()
        optimizer.zero_grad()
        scheduler.step()
