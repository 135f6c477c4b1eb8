# /// claims
# updates = 8
# rates = "0.025, 0.05, 0.075, 0.1, 0.1, 0.1, 0.1, 0.1"
# ///
import torch

weight = torch.nn.Parameter(torch.randn(2, 2))
optimizer = torch.optim.SGD([weight], lr=0.1)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: min((epoch + 1) / 4, 1))
for epoch in range(8):
    optimizer.zero_grad()
    weight.square().sum().backward()
    optimizer.step()
    scheduler.step()
