# /// claims
# updates = 6
# rates = "3.333e-7, 6.667e-7, 1e-6, 1e-6"
# ///
import torch

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer,
    lambda s: 1e-3 * min(1, (s + 1) / 3),
)
for _ in range(6):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).abs().mean().backward()
    optimizer.step()
    scheduler.step()
