# /// claims
# updates = 12
# rates = "1 x4, 0.1 x4, 0.01 x4"
# ///
"""`get_lr()` is the scheduler's own business; outside of its step it is one decay too far."""

import torch

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[4, 8], gamma=0.1)
for epoch in range(12):
    print(epoch, scheduler.get_lr())
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
    scheduler.step()
