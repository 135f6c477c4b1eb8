# /// claims
# needs = ["timm"]
# updates = 40
# first = 0.000001
# peak = 0.001
# peak_at = 8
# last = 3.405e-06
# ///
"""timm's scheduler per update: `step_update` is given the number of updates made."""

import torch
from timm.scheduler.cosine_lr import CosineLRScheduler
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def build_scheduler(optimizer, epochs, n_iter_per_epoch, warmup_epochs=1):
    num_steps = epochs * n_iter_per_epoch
    warmup_steps = warmup_epochs * n_iter_per_epoch
    return CosineLRScheduler(
        optimizer,
        t_initial=num_steps - warmup_steps,
        lr_min=1e-6,
        warmup_lr_init=1e-6,
        warmup_t=warmup_steps,
        cycle_limit=1,
        t_in_epochs=False,
        warmup_prefix=True,
    )


def main():
    loader = DataLoader(TensorDataset(torch.randn(64, 6), torch.randint(3, (64,))), 8)
    model = nn.Linear(6, 3)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    epochs = 5
    lr_scheduler = build_scheduler(optimizer, epochs, len(loader))
    num_steps = len(loader)
    for epoch in range(epochs):
        for idx, (samples, targets) in enumerate(loader):
            loss = nn.functional.cross_entropy(model(samples), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            lr_scheduler.step_update(epoch * num_steps + idx + 1)


main()
