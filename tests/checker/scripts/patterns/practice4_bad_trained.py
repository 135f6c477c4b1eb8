# /// claims
# updates = 8
# rates = "0, 0.00333, 0.00667, 0.01, 0.0133, 0.0167, 0.02, 0.0233"
# ///
"""Trained in the right order: the first epoch has rate 0, and the factor grows past 1."""

import torch

weight = torch.nn.Parameter(torch.randn(2, 2))
optimizer = torch.optim.Adam([weight], lr=0.01)
warmup_epochs = 3
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lr_lambda=lambda epoch: epoch / warmup_epochs
)
for epoch in range(8):
    optimizer.zero_grad()
    weight.square().sum().backward()
    optimizer.step()
    scheduler.step()
