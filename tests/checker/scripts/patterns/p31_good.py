# /// claims
# updates = 5
# rates = "0.25, 0.5, 0.75, 1, 1"
# ///
import torch

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.Adam(model.parameters(), lr=torch.tensor(1.0))
base = optimizer.param_groups[0]["lr"].clone()
for step in range(5):
    optimizer.param_groups[0]["lr"].copy_(base * min(1.0, (step + 1) / 4))
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
