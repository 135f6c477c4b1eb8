# /// claims
# updates = 10
# first = 0.04
# ///
import torch

model = torch.nn.Linear(4, 1)
opt = torch.optim.SGD(model.parameters(), lr=1.0)
sched = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=1.0, total_steps=10)
for _ in range(10):
    opt.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    opt.step()
    sched.step()
