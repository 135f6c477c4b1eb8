# /// claims
# updates = 20
# first = 0.01
# peak = 0.05
# peak_at = 4
# last = 0.05
# ///
"""The optimizer itself steps the schedule after every update, by a hook."""

import torch
from torch import nn

model = nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, (s + 1) / 5))
optimizer.register_step_post_hook(lambda *_: scheduler.step())
for _ in range(20):
    loss = nn.functional.cross_entropy(model(torch.randn(8, 4)), torch.randint(2, (8,)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
