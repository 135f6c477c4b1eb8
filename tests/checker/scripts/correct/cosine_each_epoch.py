# /// claims
# updates = 80
# rates = "0.05 x8, 0.0488 x8, 0.0452 x8"
# first = 0.05
# peak = 0.05
# last = 0.00122
# ///
"""Cosine annealing over the epochs, stepped at the end of each."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

EPOCHS = 10
LEARNING_RATE = 5e-2

torch.manual_seed(1)
features = torch.randn(256, 20)
targets = (features[:, :3].sum(1) > 0).long()
train_set = TensorDataset(features[:128], targets[:128])
valid_set = TensorDataset(features[128:], targets[128:])
train_loader = DataLoader(train_set, batch_size=16, shuffle=True)
valid_loader = DataLoader(valid_set, batch_size=64)

net = nn.Sequential(nn.Linear(20, 16), nn.GELU(), nn.Linear(16, 2))
opt = torch.optim.SGD(net.parameters(), lr=LEARNING_RATE, nesterov=True, momentum=0.9)
sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=EPOCHS)

for epoch in range(1, EPOCHS + 1):
    net.train()
    for batch, label in train_loader:
        opt.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(net(batch), label).backward()
        opt.step()
    sched.step()

    net.eval()
    with torch.inference_mode():
        hits = sum((net(batch).argmax(1) == label).sum().item() for batch, label in valid_loader)
    print(f"{epoch:>3} {hits / len(valid_set):.2%}")
