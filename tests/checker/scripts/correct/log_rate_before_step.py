# /// claims
# updates = 18
# first = 0.0005
# peak = 0.002
# peak_at = 6
# last = 3.407e-05
# prints = ["step=0 lr=0.00050", "step=6 lr=0.00200"]
# ///
"""Logs the rate that the update uses: it is read before the scheduler moves on."""

import logging
import sys

import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s", force=True)
logger = logging.getLogger("train")
TOTAL, WARMUP = 18, 6
model = nn.Linear(3, 3)
optimizer = torch.optim.RAdam(model.parameters(), lr=2e-3)
scheduler = SequentialLR(
    optimizer,
    [LinearLR(optimizer, 0.25, total_iters=WARMUP), CosineAnnealingLR(optimizer, TOTAL - WARMUP)],
    milestones=[WARMUP],
)
for step in range(TOTAL):
    loss = model(torch.randn(8, 3)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 3 == 0:
        logger.info("step=%d lr=%.5f loss=%.4f", step, scheduler.get_last_lr()[0], loss.item())
    scheduler.step()
