# /// claims
# updates = 6
# rates = "0.2, 0.4, 0.6, 0.8, 1, 1"
# ///
import torch

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
data = [torch.randn(8, 4) for _ in range(3)]
for ep in range(2):
    for i, b in enumerate(data):
        for pg in optimizer.param_groups:
            pg["lr"] = min(1, (ep * len(data) + i + 1) / 5)
        optimizer.zero_grad()
        model(b).abs().mean().backward()
        optimizer.step()
