# /// claims
# updates = 40
# first = 0.004
# peak = 0.1
# peak_at = 11
# last = 4e-7
# ///
"""One cycle over the whole run, given as a number of steps."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

epochs, max_lr = 5, 0.1
loader = DataLoader(
    TensorDataset(torch.randn(64, 8), torch.randint(3, (64,))), batch_size=8, shuffle=True
)
model = nn.Linear(8, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=max_lr, momentum=0.95)
scheduler = torch.optim.lr_scheduler.OneCycleLR(
    optimizer, max_lr=max_lr, total_steps=epochs * len(loader)
)

for epoch in range(epochs):
    for inputs, labels in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(inputs), labels)
        loss.backward()
        optimizer.step()
        scheduler.step()
