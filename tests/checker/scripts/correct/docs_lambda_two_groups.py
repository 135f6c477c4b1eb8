# /// claims
# updates = 9
# rates = "0.1 x3, 0.05 x3, 0.0333 x3"
# [[more]]
# group = 1
# rates = "0.01 x3, 0.0095 x3, 0.009025 x3"
# ///
"""The documentation's LambdaLR with one lambda for each of two groups, stepped per epoch."""

import torch

first, second = torch.nn.Linear(3, 3), torch.nn.Linear(3, 1)
optimizer = torch.optim.SGD(
    [{"params": first.parameters(), "lr": 0.1}, {"params": second.parameters(), "lr": 0.01}]
)
lambda1 = lambda epoch: 1 / (1 + epoch)  # noqa: E731
lambda2 = lambda epoch: 0.95**epoch  # noqa: E731
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lr_lambda=[lambda1, lambda2])
for epoch in range(3):
    for _ in range(3):
        optimizer.zero_grad()
        second(first(torch.randn(4, 3))).abs().mean().backward()
        optimizer.step()
    scheduler.step()
