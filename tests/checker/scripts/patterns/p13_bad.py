# /// claims
# updates = 6
# rates = "0, 0.01, 0.02, 0.03, 0.04, 0.05"
# ///
import torch

warmup, steps = 100, 6
model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, s / warmup))
for _ in range(steps):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
    scheduler.step()
