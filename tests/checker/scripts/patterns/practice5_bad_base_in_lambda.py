# /// claims
# updates = 20
# first = 0.01
# peak = 0.2
# last = 0.2
# ///
"""Answer D: a rate where a factor belongs; it climbs past the base and has no cap."""

import torch

weight = torch.nn.Parameter(torch.randn(2, 2))
optimizer = torch.optim.SGD([weight], lr=0.1)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: (epoch + 1) * 0.1)
for epoch in range(20):
    optimizer.zero_grad()
    weight.square().sum().backward()
    optimizer.step()
    scheduler.step()
