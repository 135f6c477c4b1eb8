# /// claims
# updates = 5
# rates = "0.00333, 0.00667, 0.01, 0.01, 0.01"
# ///
import torch

weight = torch.nn.Parameter(torch.randn(2, 2))
optimizer = torch.optim.Adam([weight], lr=0.01)
warmup_epochs = 3
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lr_lambda=lambda epoch: min((epoch + 1) / warmup_epochs, 1.0)
)

for epoch in range(5):
    optimizer.zero_grad()
    weight.square().sum().backward()
    print(f"Epoch {epoch} LR: {optimizer.param_groups[0]['lr']}")
    optimizer.step()
    scheduler.step()
