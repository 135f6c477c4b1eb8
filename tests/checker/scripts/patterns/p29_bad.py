# /// claims
# updates = 6
# rates = "0.1, 0.325, 0.55, 0.0775, 0.1, 0.01"
# ///
import torch

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
warmup = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=4)
plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1)
for epoch in range(6):
    optimizer.zero_grad()
    model(torch.ones(8, 4)).abs().mean().backward()
    optimizer.step()
    warmup.step()
    plateau.step(1.0)
