# /// claims
# updates = 12
# rates = "0.1, 0.1, 0.1, 0.05, 0.05, 0.05"
# [[more]]
# group = 2
# rates = "0.1 x3, 0.0125 x3"
# ///
"""Lambdas built in a comprehension, each with its own value bound as a default."""

import torch

layers = torch.nn.ModuleList(torch.nn.Linear(3, 3) for _ in range(3))
optimizer = torch.optim.SGD([{"params": layer.parameters()} for layer in layers], lr=0.1)
gammas = [0.5, 0.25, 0.125]
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, [lambda step, gamma=gamma: gamma ** (step // 3) for gamma in gammas]
)
for _ in range(12):
    x = torch.randn(5, 3)
    for layer in layers:
        x = torch.tanh(layer(x))
    optimizer.zero_grad()
    x.square().sum().backward()
    optimizer.step()
    scheduler.step()
