# /// claims
# updates = 8
# rates = "0.005, 0.0045, 0.00405, 0.003645, 0.006561, 0.0059049, 0.00531441, 0.004782969"
# ///
"""Two multiplicative schedulers chained on purpose: half the rate for four steps, and decay."""

import torch
from torch.optim.lr_scheduler import ChainedScheduler, ConstantLR, ExponentialLR

model = torch.nn.Linear(3, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
scheduler = ChainedScheduler(
    [ConstantLR(optimizer, factor=0.5, total_iters=4), ExponentialLR(optimizer, gamma=0.9)]
)
for _ in range(8):
    optimizer.zero_grad()
    model(torch.ones(2, 3)).sum().backward()
    optimizer.step()
    scheduler.step()
