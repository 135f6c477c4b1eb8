# /// claims
# updates = 6
# rates = "1, 1, 0.1, 0.1, 0.1, 0.1"
# ///
import torch

model = torch.nn.Linear(4, 1)
opt = torch.optim.SGD(model.parameters(), lr=1.0)
sched = torch.optim.lr_scheduler.MultiStepLR(opt, [2])
for _ in range(6):
    opt.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    opt.step()
    sched.step()
