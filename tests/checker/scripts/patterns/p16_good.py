# /// claims
# updates = 10
# peak = 1.0
# peak_at = 5
# ///
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
warmup = LinearLR(optimizer, 0.1, total_iters=5)
cosine = CosineAnnealingLR(optimizer, 5)
scheduler = SequentialLR(optimizer, [warmup, cosine], milestones=[5])
for _ in range(10):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
    scheduler.step()
