# /// claims
# updates = 24
# first = 2e-5
# peak = 0.0001
# ///
"""`args.lr` in the lambda and in the optimizer; the loader's length is unknown."""

import argparse

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--lr", default=0.01, type=float)
parser.add_argument("--warmup", default=5, type=int)
args = parser.parse_args()
x, y = load_wine(return_X_y=True)
data = TensorDataset(torch.tensor(x / x.max(0), dtype=torch.float32), torch.tensor(y))
loader = DataLoader(data, batch_size=15)
model = nn.Linear(13, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)


def lr_lambda(step):
    return args.lr * min(1.0, (step + 1) / args.warmup)


scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lr_lambda)
for _ in range(2):
    for inputs, labels in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(inputs), labels).backward()
        optimizer.step()
        scheduler.step()
