# /// claims
# needs = ["transformers"]
# updates = 32
# first = 0.0
# peak = 0.001
# peak_at = 8
# last = 0.000508
# [[more]]
# group = 2
# first = 0.0
# peak = 0.00025
# peak_at = 8
# last = 0.000127
# ///
"""Layer-wise rates, each half of the one above, under one inverse square-root schedule."""

import torch
from torch import nn
from transformers import get_inverse_sqrt_schedule


class Encoder(nn.Module):
    def __init__(self, depth=2, width=6):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        self.head = nn.Linear(width, 2)

    def forward(self, x):
        for layer in self.layers:
            x = x + torch.tanh(layer(x))
        return self.head(x)


def layerwise_groups(model, lr, decay):
    groups = [{"params": model.head.parameters(), "lr": lr}]
    for depth, layer in enumerate(reversed(model.layers), start=1):
        groups.append({"params": layer.parameters(), "lr": lr * decay**depth})
    return groups


model = Encoder()
optimizer = torch.optim.AdamW(layerwise_groups(model, lr=1e-3, decay=0.5))
scheduler = get_inverse_sqrt_schedule(optimizer, num_warmup_steps=8)
loss_fn = nn.CrossEntropyLoss()
max_steps = 32
step = 0
while step < max_steps:
    x = torch.randn(12, 6)
    y = (x.sum(1) > 0).long()
    loss = loss_fn(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    step += 1
