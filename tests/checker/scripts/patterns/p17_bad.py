# /// claims
# updates = 4
# rates = "0.01, 0.01, 0.01, 0.01"
# ///
import torch

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.01, total_iters=4)
for _ in range(4):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
