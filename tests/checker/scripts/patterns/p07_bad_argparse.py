# /// claims
# needs = ["transformers"]
# updates = 12
# first = 0.006667
# ///
"""Horizon in updates, steps in micro-batches; the loader's length is unknown."""

import argparse

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from transformers import get_linear_schedule_with_warmup

parser = argparse.ArgumentParser()
parser.add_argument("--gradient_accumulation_steps", type=int, default=4)
parser.add_argument("--num_train_epochs", type=int, default=4)
args = parser.parse_args()

x, y = load_wine(return_X_y=True)
data = TensorDataset(torch.tensor(x / x.max(0), dtype=torch.float32), torch.tensor(y))
dataloader = DataLoader(data, batch_size=15)
model = nn.Linear(13, 3)
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
t_total = len(dataloader) // args.gradient_accumulation_steps * args.num_train_epochs
scheduler = get_linear_schedule_with_warmup(optimizer, 6, t_total)

for _ in range(args.num_train_epochs):
    for step, (inputs, labels) in enumerate(dataloader):
        loss = nn.functional.cross_entropy(model(inputs), labels)
        (loss / args.gradient_accumulation_steps).backward()
        scheduler.step()
        if (step + 1) % args.gradient_accumulation_steps == 0:
            optimizer.step()
            optimizer.zero_grad()
