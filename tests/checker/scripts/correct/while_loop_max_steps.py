# /// claims
# updates = 37
# first = 0.0006
# peak = 0.003
# peak_at = 4
# last = 9.375e-05
# ///
"""`while` over epochs until `max_steps`; the horizon of the schedule is `max_steps`, too."""

import torch
from sklearn.datasets import load_breast_cancer
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

max_steps, warmup_steps = 37, 5
x, y = load_breast_cancer(return_X_y=True)
x = torch.tensor((x - x.mean(0)) / x.std(0), dtype=torch.float32)
train_loader = DataLoader(TensorDataset(x, torch.tensor(y)), batch_size=64, shuffle=True)
model = nn.Linear(30, 2)
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)


def decay_to_zero(step):
    if step < warmup_steps:
        return (step + 1) / warmup_steps
    return (max_steps - step) / (max_steps - warmup_steps)


scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, decay_to_zero)
step, epoch, done = 0, 0, False
while not done:
    epoch += 1
    for inputs, labels in train_loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(inputs), labels)
        loss.backward()
        optimizer.step()
        scheduler.step()
        step += 1
        if step >= max_steps:
            done = True
            break
print(f"{step} steps in {epoch} epochs")
