# /// claims
# updates = 12
# peak = 1.0
# [[more]]
# group = 1
# updates = 10
# first = 1.0
# peak = 3.077
# ///
import torch

first, second = torch.nn.Linear(4, 4), torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(first.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=8)
for step in range(12):
    if step == 2:
        optimizer.add_param_group({"params": second.parameters(), "lr": 1.0})
    optimizer.zero_grad()
    (0.01 * second(first(torch.randn(8, 4))).abs().mean()).backward()
    optimizer.step()
    scheduler.step()
