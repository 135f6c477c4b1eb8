# /// claims
# updates = 4
# raises = "PicklingError"
# rates = "0.25, 0.5, 0.75, 1"
# ///
import torch

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1, (s + 1) / 4))
for _ in range(4):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
    scheduler.step()
torch.save(scheduler, "scheduler.pt")
