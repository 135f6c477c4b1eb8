# /// claims
# needs = ["transformers"]
# updates = 24
# first = 0.0
# peak = 0.00005
# peak_at = 2
# last = 2.273e-06
# ///
"""The course's full training loop: `get_scheduler` by name, stepped after each update."""

import torch
from torch import nn
from torch.utils.data import DataLoader
from transformers import get_scheduler

train_dataloader = DataLoader(torch.randn(64, 6), batch_size=8)
model = nn.Linear(6, 6)
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-5)

num_epochs = 3
num_training_steps = num_epochs * len(train_dataloader)
lr_scheduler = get_scheduler(
    "linear", optimizer=optimizer, num_warmup_steps=2, num_training_steps=num_training_steps
)
print(num_training_steps)

model.train()
for epoch in range(num_epochs):
    for batch in train_dataloader:
        loss = (model(batch) - batch).square().mean()
        loss.backward()

        optimizer.step()
        lr_scheduler.step()
        optimizer.zero_grad()
