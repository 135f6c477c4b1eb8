# /// claims
# updates = 10
# rates = "1.0 x2, 0.95 x2, 0.9025 x2, 0.857375 x2, 0.81450625 x2"
# ///
"""MultiplicativeLR as documented: the lambda gives the factor from one epoch to the next."""

import torch

layer = torch.nn.Linear(2, 1)
optimizer = torch.optim.Adagrad(layer.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.MultiplicativeLR(optimizer, lr_lambda=lambda epoch: 0.95)
for epoch in range(5):
    for _ in range(2):
        optimizer.zero_grad()
        layer(torch.rand(4, 2)).mean().backward()
        optimizer.step()
    scheduler.step()
