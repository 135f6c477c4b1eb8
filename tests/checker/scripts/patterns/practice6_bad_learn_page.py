# /// claims
# updates = 10
# rates = "0, 0.02, 0.04, 0.06, 0.08, 0.1"
# prints = ["Step 1: LR = 0.0200"]
# ///
"""The page's sample: the rate that is printed beside a loss belongs to the next step."""

import torch
from torch import nn

model = nn.Linear(10, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
warmup_steps = 5
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lr_lambda=lambda step: min(1.0, step / warmup_steps)
)
criterion = nn.MSELoss()
inputs, targets = torch.randn(16, 10), torch.randn(16, 1)
for step in range(10):
    optimizer.zero_grad()
    loss = criterion(model(inputs), targets)
    loss.backward()
    optimizer.step()
    scheduler.step()
    lr = optimizer.param_groups[0]["lr"]
    print(f"Step {step + 1}: LR = {lr:.4f}, Loss = {loss.item():.4f}")
