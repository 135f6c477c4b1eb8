# /// claims
# updates = 6
# rates = "3.333e-4, 6.667e-4, 1e-3, 1e-3"
# ///
import torch

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1, (s + 1) / 3))
for _ in range(6):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
    scheduler.step()
