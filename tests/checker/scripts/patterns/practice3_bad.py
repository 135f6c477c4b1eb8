# /// claims
# # nothing is trained: the loop steps the schedule alone
# prints = ["Epoch 1 LR: 0.04", "Epoch 2 LR: 0.06", "Epoch 3 LR: 0.08", "Epoch 4 LR: 0.1"]
# ///
import torch

optimizer = torch.optim.SGD([torch.nn.Parameter(torch.randn(2, 2))], lr=0.1)

warmup_epochs = 5
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lr_lambda=lambda epoch: min((epoch + 1) / warmup_epochs, 1)
)

for epoch in range(5):
    scheduler.step()
    print(f"Epoch {epoch + 1} LR: {optimizer.param_groups[0]['lr']}")
