# /// claims
# updates = 8
# rates = "0.25, 0.5, 0.75, 1, 1.025, 1.051"
# ///
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
cosine = CosineAnnealingLR(optimizer, T_max=10)
for step in range(8):
    if step < 4:
        lr = (step + 1) / 4
    else:
        (lr,) = cosine.get_lr()
    for group in optimizer.param_groups:
        group["lr"] = lr
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
