# /// claims
# updates = 60
# rates = "0.02 x4, 0.04 x4, 0.06 x4, 0.08 x4, 0.1 x4"
# peak = 0.1
# first = 0.02
# last = 0.0125
# ///
"""Warm up for five epochs, and only then let the plateau scheduler watch the metric."""

import torch
from torch import nn

model = nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
warmup_epochs = 5
warmup = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lambda epoch: min(1.0, (epoch + 1) / warmup_epochs)
)
plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
    optimizer, mode="max", factor=0.5, patience=1
)

x = torch.randn(64, 4)
y = torch.randint(2, (64,))  # noise, so that accuracy stalls soon
accuracies = [0.4, 0.45, 0.5, 0.55, 0.6, 0.61, 0.62, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6]
for epoch in range(15):
    for rows in torch.randperm(64).split(16):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
        optimizer.step()
    accuracy = accuracies[epoch]
    if epoch < warmup_epochs:
        warmup.step()
    else:
        plateau.step(accuracy)
