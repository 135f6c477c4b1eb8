# /// claims
# updates = 49
# raises = "ValueError"
# ///
"""`range(1, epochs + 2)` makes one epoch more than the schedule has; the loader is unknown."""

import argparse

import torch
from sklearn.datasets import load_wine
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=4)
parser.add_argument("--max-lr", type=float, default=0.1)
opt = parser.parse_args()
x, y = load_wine(return_X_y=True)
data = TensorDataset(torch.tensor(x / x.max(0), dtype=torch.float32), torch.tensor(y))
train_loader = DataLoader(data, batch_size=15)
net = nn.Linear(13, 3)
optimizer = optim.SGD(net.parameters(), lr=opt.max_lr, momentum=0.9)
scheduler = optim.lr_scheduler.OneCycleLR(
    optimizer, max_lr=opt.max_lr, total_steps=opt.epochs * len(train_loader)
)
for epoch in range(1, opt.epochs + 2):
    for inputs, labels in train_loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(inputs), labels).backward()
        optimizer.step()
        scheduler.step()
