# /// claims
# updates = 30
# rates = "0.03 x5, 0.028 x5, 0.0225 x5, 0.015 x5, 0.0075 x5, 0.00201 x5"
# ///
"""Momentum contrast in small: the rate is set at the beginning of each epoch."""

import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

epochs, base_lr, temperature, momentum = 6, 0.03, 0.2, 0.99


def adjust_learning_rate(optimizer, epoch):
    lr = base_lr * 0.5 * (1.0 + math.cos(math.pi * epoch / epochs))
    for group in optimizer.param_groups:
        group["lr"] = lr


query = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 8))
key = copy.deepcopy(query).requires_grad_(False)
queue = F.normalize(torch.randn(8, 64), dim=0)
optimizer = torch.optim.SGD(query.parameters(), base_lr, momentum=0.9, weight_decay=1e-4)

for epoch in range(epochs):
    adjust_learning_rate(optimizer, epoch)
    for _ in range(5):
        x = torch.randn(16, 16)
        q = F.normalize(query(x + 0.1 * torch.randn_like(x)), dim=1)
        with torch.no_grad():
            for slow, fast in zip(key.parameters(), query.parameters(), strict=True):
                slow.mul_(momentum).add_(fast, alpha=1 - momentum)
            k = F.normalize(key(x + 0.1 * torch.randn_like(x)), dim=1)
        logits = torch.cat([(q * k).sum(1, keepdim=True), q @ queue], dim=1) / temperature
        loss = F.cross_entropy(logits, torch.zeros(16, dtype=torch.long))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        queue = torch.cat([queue[:, 16:], k.T], dim=1)
