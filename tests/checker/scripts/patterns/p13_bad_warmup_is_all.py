# /// claims
# updates = 10
# raises = "ZeroDivisionError"
# first = 0.1
# peak = 1.0
# ///
"""Warmup as long as the run: the decay divides by zero at its first update."""

import torch

warmup_steps = max_steps = 10


def factor(step):
    if step < warmup_steps:
        return (step + 1) / warmup_steps
    return 1 - (step - warmup_steps) / (max_steps - warmup_steps)


model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
for _ in range(max_steps):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
    scheduler.step()
