# /// claims
# updates = 5
# rates = "0.25, 0.5, 0.75, 1, 1"
# ///
import torch

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0, momentum=0.9)
scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.25, total_iters=3)
for _ in range(5):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
    scheduler.step()
