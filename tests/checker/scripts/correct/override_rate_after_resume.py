# /// claims
# updates = 16
# rates = "0.1 x8, 0.02 x8"
# ///
"""The rate is changed on purpose after the state was loaded: a second stage at a fifth."""

import torch
from torch import nn


def stage(model, optimizer, updates):
    for _ in range(updates):
        x = torch.randn(8, 3)
        optimizer.zero_grad()
        (model(x) - x.sum(1, keepdim=True)).square().mean().backward()
        optimizer.step()


model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
stage(model, optimizer, 8)
torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, "stage1.pt")

checkpoint = torch.load("stage1.pt")
model.load_state_dict(checkpoint["model"])
optimizer.load_state_dict(checkpoint["optimizer"])
for group in optimizer.param_groups:
    group["lr"] = 0.02
stage(model, optimizer, 8)
