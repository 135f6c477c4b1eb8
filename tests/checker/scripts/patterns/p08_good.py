# /// claims
# updates = 8
# rates = "1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125"
# ///
import torch

model = torch.nn.Linear(4, 1)
opt = torch.optim.SGD(model.parameters(), lr=1.0)
sched = torch.optim.lr_scheduler.LinearLR(opt, 1.0, 0.0, total_iters=8)
for _ in range(8):
    opt.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    opt.step()
    sched.step()
