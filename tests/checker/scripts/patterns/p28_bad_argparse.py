# /// claims
# updates = 24
# raises = "PicklingError"
# ///
"""The objects themselves are saved after each epoch, the lambda with them."""

import argparse

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=2)
parser.add_argument("--out", default="snapshot.pt")
args = parser.parse_args()
x, y = load_wine(return_X_y=True)
data = TensorDataset(torch.tensor(x / x.max(0), dtype=torch.float32), torch.tensor(y))
loader = DataLoader(data, batch_size=15)
model = nn.Linear(13, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
total = args.epochs * len(loader)
scheduler = LambdaLR(optimizer, lambda update: 1 - update / total)
for epoch in range(args.epochs):
    for inputs, labels in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(inputs), labels).backward()
        optimizer.step()
        scheduler.step()
torch.save({"epoch": args.epochs, "scheduler": scheduler}, args.out)
