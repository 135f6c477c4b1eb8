# /// claims
# updates = 9
# rates = "1, 0.9698, 0.883, 0.75, 0.5868, 0.4132, 0.25, 0.117, 0.0302"
# ///
import torch

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 9)
for _ in range(9):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
    scheduler.step()
