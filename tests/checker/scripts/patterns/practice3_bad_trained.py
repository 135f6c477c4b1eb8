# /// claims
# updates = 5
# rates = "0.04, 0.06, 0.08, 0.1, 0.1"
# ///
"""The same with an update: the schedule is stepped first, so that 0.02 is never used."""

import torch

weight = torch.nn.Parameter(torch.randn(2, 2))
optimizer = torch.optim.SGD([weight], lr=0.1)
warmup_epochs = 5
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lr_lambda=lambda epoch: min((epoch + 1) / warmup_epochs, 1)
)
for epoch in range(5):
    scheduler.step()
    optimizer.zero_grad()
    weight.square().sum().backward()
    optimizer.step()
    print(f"Epoch {epoch + 1} LR: {optimizer.param_groups[0]['lr']}")
