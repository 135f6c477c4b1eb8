# /// claims
# needs = ["ignite"]
# updates = 24
# rates = "0.1 x8, 0.05 x8, 0.025 x8"
# ///
"""Ignite: the scheduler is stepped by a handler when an epoch is over."""

import torch
from ignite.engine import Engine, Events
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

model = nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)


def train_step(engine, batch):
    x, y = batch
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


trainer = Engine(train_step)


@trainer.on(Events.EPOCH_COMPLETED)
def decay(engine):
    scheduler.step()


loader = DataLoader(TensorDataset(torch.randn(64, 4), torch.randint(2, (64,))), batch_size=8)
trainer.run(loader, max_epochs=3)
