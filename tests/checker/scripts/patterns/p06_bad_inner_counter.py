# /// claims
# updates = 12
# rates = "0.025, 0.05, 0.075, 0.1, 0.025, 0.05, 0.075, 0.1"
# ///
"""The counter is set to zero inside the epoch loop, where it should stand before it."""

import torch

PEAK, WARMUP = 0.15, 6
model = torch.nn.Linear(2, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=PEAK)
for epoch in range(3):
    iteration = 0
    for x in torch.randn(4, 8, 2):
        iteration += 1
        if iteration <= WARMUP:
            optimizer.param_groups[0]["lr"] = PEAK * iteration / WARMUP
        optimizer.zero_grad()
        (model(x) - x.flip(1)).abs().mean().backward()
        optimizer.step()
