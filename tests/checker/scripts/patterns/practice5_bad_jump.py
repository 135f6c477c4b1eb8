# /// claims
# updates = 8
# rates = "0, 0.01, 0.02, 0.03, 0.1, 0.1, 0.1, 0.1"
# ///
"""Answer C: a tenth of the slope, and then a jump to the full rate."""

import torch

weight = torch.nn.Parameter(torch.randn(2, 2))
optimizer = torch.optim.SGD([weight], lr=0.1)
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lr_lambda=lambda epoch: 1 if epoch >= 4 else 0.1 * epoch
)
for epoch in range(8):
    optimizer.zero_grad()
    weight.square().sum().backward()
    optimizer.step()
    scheduler.step()
