# /// claims
# updates = 6
# rates = "0.1, 0.325, 0.55, 0.775, 1, 1"
# ///
import torch

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
warmup = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=4)
plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1)
for epoch in range(6):
    optimizer.zero_grad()
    loss = model(torch.ones(8, 4)).abs().mean()
    loss.backward()
    optimizer.step()
    if epoch < 4:
        warmup.step()
    else:
        plateau.step(1.0)
