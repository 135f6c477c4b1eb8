# /// claims
# argv = ["10"]
# updates = 10
# first = 0.04
# ///
import os
import sys

import torch

steps = int(sys.argv[1])
model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
if os.path.exists("run.pt"):
    # another run with a schedule of its own; only the weights go on
    model.load_state_dict(torch.load("run.pt")["model"])
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1.0, total_steps=steps)
for _ in range(steps):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
    scheduler.step()
torch.save({"model": model.state_dict()}, "run.pt")
