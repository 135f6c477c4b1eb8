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
done = 0
state = torch.load("run.pt") if os.path.exists("run.pt") else None
if state:
    model.load_state_dict(state["model"])
    done = state["done"]
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1.0, total_steps=done + steps)
if state:
    optimizer.load_state_dict(state["optimizer"])
    scheduler.load_state_dict(state["scheduler"])
for _ in range(steps):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
    scheduler.step()
state = {
    "model": model.state_dict(),
    "optimizer": optimizer.state_dict(),
    "scheduler": scheduler.state_dict(),
    "done": done + steps,
}
torch.save(state, "run.pt")
