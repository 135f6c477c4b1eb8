# /// claims
# updates = 5
# rates = "0.02, 0.04, 0.06, 0.08, 0.1"
# prints = ["Epoch 1 LR: 0.02", "Epoch 3 LR: 0.06"]
# ///
import torch

weight = torch.nn.Parameter(torch.randn(2, 2))
optimizer = torch.optim.SGD([weight], lr=0.1)

warmup_epochs = 5
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lr_lambda=lambda epoch: min((epoch + 1) / warmup_epochs, 1)
)

for epoch in range(5):
    optimizer.zero_grad()
    weight.square().sum().backward()
    print(f"Epoch {epoch + 1} LR: {optimizer.param_groups[0]['lr']}")
    optimizer.step()
    scheduler.step()
