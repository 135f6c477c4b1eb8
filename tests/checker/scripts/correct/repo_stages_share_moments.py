# /// claims
# updates = 40
# first = 0.001
# peak = 0.001
# peak_at = 0
# last = 1.54133e-06
# [[more]]
# optimizer = 1
# updates = 20
# first = 0.0001
# peak = 0.0001
# peak_at = 0
# last = 1.45e-05
# ///
"""Two stages: the second keeps the moments and has a schedule of its own, built and loaded first."""

import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR

model = nn.Linear(6, 2)


def stage(optimizer, scheduler, updates):
    for _ in range(updates):
        optimizer.zero_grad()
        model(torch.randn(4, 6)).square().mean().backward()
        optimizer.step()
        scheduler.step()


optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
stage(optimizer, CosineAnnealingLR(optimizer, 40), 40)
torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, "stage1.pt")

saved = torch.load("stage1.pt")
model.load_state_dict(saved["model"])
optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
optimizer.load_state_dict(saved["optimizer"])
for group in optimizer.param_groups:
    group["lr"] = group["initial_lr"] = 1e-4
stage(optimizer, LinearLR(optimizer, 1.0, 0.1, total_iters=20), 20)
