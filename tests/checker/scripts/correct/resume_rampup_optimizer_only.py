# /// claims
# updates = 40
# resume = [["--until", "15"], ["--until", "40"]]
# first = 0.00125
# peak = 0.01
# peak_at = 7
# last = 2.408e-05
# ///
"""rampup's scheduler counts real updates and may be resumed in any order."""

import argparse
import os

import torch
from torch import nn

from rampup import RampupLR, decay, warmup

parser = argparse.ArgumentParser()
parser.add_argument("--until", type=int, default=40)
options = parser.parse_args()

model = nn.Sequential(nn.Linear(3, 8), nn.SiLU(), nn.Linear(8, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
scheduler = RampupLR(optimizer, warmup(8) >> decay("cosine", to=0.0), updates=40)
done = 0
if os.path.exists("run.pt"):
    state = torch.load("run.pt", weights_only=True)
    scheduler.load_state_dict(state["scheduler"])
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    done = state["done"]
for _ in range(done, options.until):
    x = torch.rand(16, 3)
    loss = (model(x) - x.prod(1, keepdim=True)).abs().mean()
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
    done += 1
torch.save(
    {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "done": done,
    },
    "run.pt",
)
