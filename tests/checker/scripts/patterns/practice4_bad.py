# /// claims
# # nothing is trained: the loop steps the schedule alone
# prints = ["Epoch 0 LR: 0.0033", "Epoch 2 LR: 0.01", "Epoch 4 LR: 0.01666"]
# ///
import torch

optimizer = torch.optim.Adam([torch.nn.Parameter(torch.randn(2, 2))], lr=0.01)
warmup_epochs = 3
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lr_lambda=lambda epoch: epoch / warmup_epochs
)

for epoch in range(5):
    scheduler.step()
    print(f"Epoch {epoch} LR: {optimizer.param_groups[0]['lr']}")
