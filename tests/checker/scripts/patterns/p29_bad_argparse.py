# /// claims
# updates = 12
# raises = "TypeError"
# ///
"""Plateau per epoch without a metric; the loader's length is unknown."""

import argparse

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.optim.lr_scheduler import ReduceLROnPlateau
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=5)
parser.add_argument("--patience", type=int, default=2)
args = parser.parse_args()
x, y = load_wine(return_X_y=True)
data = TensorDataset(torch.tensor(x / x.max(0), dtype=torch.float32), torch.tensor(y))
loader = DataLoader(data, batch_size=15)
model = nn.Linear(13, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = ReduceLROnPlateau(optimizer, "min", patience=args.patience)
for epoch in range(args.epochs):
    epoch_loss = 0.0
    for inputs, labels in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(inputs), labels)
        loss.backward()
        optimizer.step()
        epoch_loss += loss.item()
    print(epoch, epoch_loss / len(loader))
    scheduler.step()
