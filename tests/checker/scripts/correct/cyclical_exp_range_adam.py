# /// claims
# updates = 30
# first = 0.0001
# peak = 0.0009516
# peak_at = 5
# last = 0.0002306
# ///
"""CyclicLR with Adam, which has no momentum to cycle; its range shrinks by one percent."""

import torch

weight = torch.nn.Parameter(torch.zeros(3))
goal = torch.tensor([1.0, -2.0, 0.5])
optimizer = torch.optim.Adam([weight], lr=1e-4)
scheduler = torch.optim.lr_scheduler.CyclicLR(
    optimizer,
    base_lr=1e-4,
    max_lr=1e-3,
    step_size_up=5,
    step_size_down=5,
    mode="exp_range",
    gamma=0.989,
    cycle_momentum=False,
)
for step in range(30):
    optimizer.zero_grad()
    (weight - goal).square().sum().backward()
    optimizer.step()
    scheduler.step()
