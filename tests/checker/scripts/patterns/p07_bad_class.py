# /// claims
# updates = 12
# first = 0.0035
# peak = 0.00488
# last = 0.004878
# ///
"""A trainer steps its scheduler on every micro-batch; cosine is over after half the run."""

import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR
from torch.utils.data import DataLoader, TensorDataset


class Trainer:
    accumulation = 2

    def __init__(self, loader, epochs):
        self.loader, self.epochs = loader, epochs
        self.model = nn.Linear(5, 5)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=5e-3)
        updates = epochs * len(loader) // self.accumulation
        self.scheduler = SequentialLR(
            self.optimizer,
            [
                LinearLR(self.optimizer, start_factor=0.4, total_iters=2),
                CosineAnnealingLR(self.optimizer, T_max=updates - 2),
            ],
            milestones=[2],
        )

    def train_step(self, index, x):
        loss = (self.model(x) - x).square().mean() / self.accumulation
        loss.backward()
        if (index + 1) % self.accumulation == 0:
            self.optimizer.step()
            self.optimizer.zero_grad()
        self.scheduler.step()

    def fit(self):
        for _ in range(self.epochs):
            for index, (x,) in enumerate(self.loader):
                self.train_step(index, x)


loader = DataLoader(TensorDataset(torch.randn(64, 5)), batch_size=8)
Trainer(loader, epochs=3).fit()
