# /// claims
# updates = 6
# rates = "1, 0.25, 0.5, 0.75, 1, 1"
# ///
import torch

model = torch.nn.Linear(4, 1)
opt = torch.optim.SGD(model.parameters(), lr=1.0)
for g in range(6):
    opt.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    opt.step()
    for pg in opt.param_groups:
        pg["lr"] = min(1.0, (g + 1) / 4)
