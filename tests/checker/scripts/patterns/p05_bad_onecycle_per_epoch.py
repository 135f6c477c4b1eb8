# /// claims
# updates = 60
# first = 0.004
# ///
"""One cycle over all batches of the run, stepped once per epoch: three of sixty steps."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Trainer:
    def __init__(self, model, loader, epochs):
        self.model, self.loader, self.epochs = model, loader, epochs
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        self.scheduler = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, max_lr=0.1, epochs=epochs, steps_per_epoch=len(loader)
        )

    def train_epoch(self):
        for x, y in self.loader:
            self.optimizer.zero_grad()
            nn.functional.mse_loss(self.model(x), y).backward()
            self.optimizer.step()

    def fit(self):
        for _ in range(self.epochs):
            self.train_epoch()
            self.scheduler.step()


data = TensorDataset(torch.randn(160, 3), torch.randn(160, 1))
Trainer(nn.Linear(3, 1), DataLoader(data, batch_size=8), epochs=3).fit()
