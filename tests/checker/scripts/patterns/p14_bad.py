# /// claims
# updates = 10
# rates = "0.1, 0.19, 0.28, 0.37, 0.46, 1, 0.905"
# ///
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
warm = LinearLR(optimizer, 0.1, 1.0, total_iters=10)
cosine = CosineAnnealingLR(optimizer, 5)
scheduler = SequentialLR(optimizer, [warm, cosine], milestones=[5])
for _ in range(10):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
    scheduler.step()
