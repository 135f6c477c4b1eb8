# /// claims
# updates = 60
# rates = "1 x10, 0.933 x10, 0.75 x10, 0.5 x10, 0.25 x10, 0.067 x10"
# ///
import torch

epochs, batches = 6, 10
model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
for epoch in range(epochs):
    for _ in range(batches):
        optimizer.zero_grad()
        model(torch.randn(8, 4)).abs().mean().backward()
        optimizer.step()
    scheduler.step()
