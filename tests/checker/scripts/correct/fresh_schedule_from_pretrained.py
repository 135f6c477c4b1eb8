# /// claims
# updates = 20
# first = 0.0001
# peak = 0.001
# peak_at = 9
# last = 0.001
# ///
"""Weights of another run are loaded; optimizer and schedule begin anew on purpose."""

import torch
from torch import nn

pretrained = nn.Linear(4, 4)
torch.save({"model": pretrained.state_dict(), "epoch": 90}, "pretrained.pt")

model = nn.Linear(4, 4)
checkpoint = torch.load("pretrained.pt")
model.load_state_dict(checkpoint["model"])
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, (s + 1) / 10))
for _ in range(20):
    x = torch.randn(8, 4)
    optimizer.zero_grad()
    (model(x) - x).square().mean().backward()
    optimizer.step()
    scheduler.step()
