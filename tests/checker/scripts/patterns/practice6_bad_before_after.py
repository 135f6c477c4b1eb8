# /// claims
# # nothing is trained: the loop steps the schedule alone
# prints = ["0 0.028", "4 0.1"]
# ///
"""The page's "after": LinearLR in a loop that makes no update."""

import torch

model = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=5)
for epoch in range(5):
    scheduler.step()
    print(epoch, round(optimizer.param_groups[0]["lr"], 4))
