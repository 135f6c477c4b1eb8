# /// claims
# updates = 8
# rates = "0.25, 0.4375, 0.625, 0.8125, 1, 1, 1, 1"
# ///
import torch

model = torch.nn.Linear(4, 1)
opt = torch.optim.SGD(model.parameters(), lr=1.0)
sched = torch.optim.lr_scheduler.LinearLR(opt, start_factor=0.25, total_iters=4)
for m in range(32):
    (model(torch.randn(8, 4)).abs().mean() / 4).backward()
    if (m + 1) % 4 == 0:
        opt.step()
        sched.step()
        opt.zero_grad()
