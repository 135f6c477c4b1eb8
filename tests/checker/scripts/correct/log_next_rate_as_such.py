# /// claims
# updates = 12
# rates = "0.1 x4, 0.05 x4, 0.025 x4"
# prints = ["next epoch uses 0.05"]
# ///
"""Says what the next epoch will use, after the scheduler's step, in those words."""

import torch

model = torch.nn.Linear(2, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
for epoch in range(3):
    for _ in range(4):
        optimizer.zero_grad()
        model(torch.randn(4, 2)).square().mean().backward()
        optimizer.step()
    scheduler.step()
    next_lr = scheduler.get_last_lr()[0]
    print(f"epoch {epoch} done, next epoch uses {next_lr}")
