# /// claims
# updates = 20
# first = 0.002
# peak = 0.05
# peak_at = 5
# last = 2e-7
# ///
"""bfloat16 needs no scaler; one cycle over the run, counted once."""

import torch
from torch import nn

EPOCHS, STEPS = 4, 5
model = nn.Conv1d(2, 3, 3, padding=1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
scheduler = torch.optim.lr_scheduler.OneCycleLR(
    optimizer, 0.05, epochs=EPOCHS, steps_per_epoch=STEPS
)
for epoch in range(EPOCHS):
    for _ in range(STEPS):
        signal = torch.randn(4, 2, 10)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = model(signal).float().square().mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        scheduler.step()
