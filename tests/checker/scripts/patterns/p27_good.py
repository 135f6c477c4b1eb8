# /// claims
# updates = 4
# rates = "0.25, 0.5, 0.75, 1"
# prints = ["0 0.25", "1 0.5", "2 0.75", "3 1.0"]
# ///
import torch

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1, (s + 1) / 4))
for step in range(4):
    optimizer.zero_grad()
    loss = model(torch.randn(8, 4)).abs().mean()
    loss.backward()
    optimizer.step()
    print(step, scheduler.get_last_lr()[0], loss.item())
    scheduler.step()
