# /// claims
# needs = ["timm"]
# updates = 30
# rates = "0.0001 x3, 0.00208 x3, 0.00406 x3, 0.00604 x3, 0.00802 x3, 0.01 x3"
# first = 0.0001
# peak = 0.01
# peak_at = 15
# last = 0.000964
# ///
"""timm's cosine scheduler in epochs, as its training script does: `step(epoch + 1)`."""

import torch
from timm.scheduler import CosineLRScheduler
from torch import nn

NUM_EPOCHS, WARMUP_EPOCHS = 10, 5
model = nn.Sequential(nn.Flatten(), nn.Linear(12, 4))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
scheduler = CosineLRScheduler(
    optimizer,
    t_initial=NUM_EPOCHS - WARMUP_EPOCHS,
    lr_min=1e-5,
    warmup_t=WARMUP_EPOCHS,
    warmup_lr_init=1e-4,
    warmup_prefix=True,
)


def train_epoch(epoch):
    model.train()
    for _ in range(3):
        images, targets = torch.randn(4, 3, 2, 2), torch.randint(4, (4,))
        loss = nn.functional.cross_entropy(model(images), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


for epoch in range(NUM_EPOCHS):
    loss = train_epoch(epoch)
    scheduler.step(epoch + 1, metric=loss)
