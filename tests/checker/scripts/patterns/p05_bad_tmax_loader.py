# /// claims
# updates = 120
# first = 0.0003
# peak = 0.0003
# ///
"""T_max is the number of batches, but the scheduler is stepped per epoch: almost constant."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

train_loader = DataLoader(TensorDataset(torch.randn(160, 6)), batch_size=4, shuffle=True)
encoder = nn.Sequential(nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 4))
optimizer = torch.optim.Adam(encoder.parameters(), 3e-4, weight_decay=1e-4)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
    optimizer, T_max=len(train_loader), eta_min=0, last_epoch=-1
)
for epoch_counter in range(3):
    for (x,) in train_loader:
        a, b = encoder(x), encoder(x + 0.1 * torch.randn_like(x))
        loss = -nn.functional.cosine_similarity(a, b).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    scheduler.step()
