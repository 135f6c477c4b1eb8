# /// claims
# updates = 10
# rates = "0.025, 0.05, 0.075, 0.1 x7"
# ///
"""The rate is a tensor, as one wants it under torch.compile; torch 2.13 schedules it rightly."""

import torch

model = torch.nn.Linear(3, 1)
optimizer = torch.optim.Adam(model.parameters(), lr=torch.tensor(0.1), foreach=False)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, (s + 1) / 4))
for _ in range(10):
    optimizer.zero_grad()
    model(torch.randn(8, 3)).square().mean().backward()
    optimizer.step()
    scheduler.step()
