# /// claims
# argv = ["8"]
# resume = [["4"], ["8"]]
# updates = 8
# rates = "0.1, 0.28, 0.46, 0.64, 0.82, 1, 1, 1"
# ///
import sys
from pathlib import Path

import torch

path = Path("checkpoint.pt")
model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=5)
start = 0
if path.exists():
    state = torch.load(path)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    scheduler.load_state_dict(state["scheduler"])
    start = state["step"]
for step in range(start, int(sys.argv[1])):
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
torch.save(state, path)
