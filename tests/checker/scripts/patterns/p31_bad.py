# /// claims
# updates = 5
# rates = "0.25, 0.125, 0.09375, 0.09375, 0.09375"
# ///
import torch

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.Adam(model.parameters(), lr=torch.tensor(1.0))
base = optimizer.param_groups[0]["lr"]
for step in range(5):
    optimizer.param_groups[0]["lr"].copy_(base * min(1.0, (step + 1) / 4))
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
