# /// claims
# updates = 50
# resume = [["17"], []]
# first = 0.0002
# peak = 0.001
# peak_at = 4
# last = 0.0001011
# ///
"""Resume without a scheduler: the rate is a function of the step, and the step is saved."""

import math
import pathlib
import sys

import torch

MAX_STEPS, WARMUP, PEAK = 50, 5, 1e-3
stop_at = int(sys.argv[1]) if len(sys.argv) > 1 else MAX_STEPS
checkpoint = pathlib.Path("model.ckpt")


def learning_rate(step):
    if step < WARMUP:
        return PEAK * (step + 1) / WARMUP
    progress = (step - WARMUP) / (MAX_STEPS - WARMUP)
    return PEAK * (0.1 + 0.45 * (1 + math.cos(math.pi * progress)))


model = torch.nn.Linear(5, 5)
optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK)
step = 0
if checkpoint.is_file():
    saved = torch.load(checkpoint)
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    step = saved["step"]

while step < stop_at:
    for group in optimizer.param_groups:
        group["lr"] = learning_rate(step)
    x = torch.randn(3, 5)
    loss = (model(x) - x.flip(1)).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    step += 1
torch.save(
    {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, checkpoint
)
