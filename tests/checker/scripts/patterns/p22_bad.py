# /// claims
# argv = ["10"]
# resume = [["4"], ["10"]]
# updates = 10
# rates = "0.1, 0.28, 0.46, 0.64, 0.82, 1, 1, 1, 1, 1"
# ///
import os
import sys

import torch

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=5)
start = 0
if os.path.exists("last.pt"):
    state = torch.load("last.pt")
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    scheduler.load_state_dict(state["scheduler"])
    start = state["step"]
for step in range(start, int(sys.argv[1])):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "step": step + 1,
    }
    torch.save(state, "last.pt")
    scheduler.step()
