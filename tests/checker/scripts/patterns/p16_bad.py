# /// claims
# updates = 10
# peak = 0.537
# peak_at = 4
# ///
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
warmup = LinearLR(optimizer, 0.1, total_iters=5)
cosine = CosineAnnealingLR(optimizer, 10)
for _ in range(10):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
    warmup.step()
    cosine.step()
