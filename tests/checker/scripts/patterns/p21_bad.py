# /// claims
# argv = ["20"]
# resume = [["8"], ["20"]]
# updates = 20
# first = 0.1
# peak = 1.0
# ///
import os
import sys

import torch

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
state = torch.load("run.pt") if os.path.exists("run.pt") else None
if state:
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=10)
if state:
    scheduler.load_state_dict(state["scheduler"])
for step in range(state["step"] if state else 0, int(sys.argv[1])):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
    scheduler.step()
state = {
    "model": model.state_dict(),
    "optimizer": optimizer.state_dict(),
    "scheduler": scheduler.state_dict(),
    "step": step + 1,
}
torch.save(state, "run.pt")
