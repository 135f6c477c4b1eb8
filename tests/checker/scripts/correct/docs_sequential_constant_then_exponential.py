# /// claims
# updates = 30
# rates = "0.005 x20, 0.05, 0.045, 0.0405"
# ///
"""The documentation's SequentialLR: a tenth of the rate for twenty steps, then the decay.

The jump where the second begins is what ConstantLR is for.
"""

import torch
from torch.optim.lr_scheduler import ConstantLR, ExponentialLR, SequentialLR

model = torch.nn.Linear(3, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
scheduler1 = ConstantLR(optimizer, factor=0.1, total_iters=20)
scheduler2 = ExponentialLR(optimizer, gamma=0.9)
scheduler = SequentialLR(optimizer, schedulers=[scheduler1, scheduler2], milestones=[20])
for _ in range(30):
    optimizer.zero_grad()
    model(torch.randn(4, 3)).square().mean().backward()
    optimizer.step()
    scheduler.step()
