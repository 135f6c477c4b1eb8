# /// claims
# updates = 10
# first = 0.333
# peak = 1.0
# peak_at = 9
# ///
import torch

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1 / 3, total_iters=9, last_epoch=-1)
for _ in range(10):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
    scheduler.step()
