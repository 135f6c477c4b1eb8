# /// claims
# updates = 61
# raises = "ValueError"
# ///
"""`len(dataset) // batch_size` forgets the last, smaller batch of each epoch."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

EPOCHS, BATCH_SIZE = 6, 10
dataset = TensorDataset(torch.randn(109, 4), torch.randint(2, (109,)))
loader = DataLoader(dataset, batch_size=BATCH_SIZE, shuffle=True)
model = nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
steps_per_epoch = len(dataset) // BATCH_SIZE
scheduler = torch.optim.lr_scheduler.OneCycleLR(
    optimizer, max_lr=0.05, epochs=EPOCHS, steps_per_epoch=steps_per_epoch
)
for epoch in range(EPOCHS):
    for x, y in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
        scheduler.step()
