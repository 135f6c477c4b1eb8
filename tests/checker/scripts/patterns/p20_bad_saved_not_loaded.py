# /// claims
# argv = ["30"]
# resume = [["12"], ["30"]]
# updates = 30
# first = 0.001
# ///
"""The scheduler's state is saved and then forgotten when the run goes on."""

import os
import sys

import torch
from torch import nn


def save(path, step, **objects):
    state = {name: one.state_dict() for name, one in objects.items()}
    torch.save({"step": step, **state}, path)


def restore(path, model, optimizer):
    state = torch.load(path)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["step"]


model = nn.Linear(3, 3)
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=20)
start = restore("a.pt", model, optimizer) if os.path.exists("a.pt") else 0
for step in range(start, int(sys.argv[1])):
    optimizer.zero_grad()
    model(torch.randn(4, 3)).square().mean().backward()
    optimizer.step()
    scheduler.step()
save("a.pt", step + 1, model=model, optimizer=optimizer, scheduler=scheduler)
