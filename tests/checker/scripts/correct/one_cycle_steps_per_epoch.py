# /// claims
# updates = 57
# first = 0.0004
# peak = 0.0099926
# peak_at = 16
# last = 4e-8
# ///
"""Super-convergence in the words of the documentation: epochs times steps of an epoch."""

import torch
from sklearn.datasets import load_breast_cancer
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Learner:
    def __init__(self, model, loader, lr=0.01, epochs=3):
        self.model = model
        self.loader = loader
        self.epochs = epochs
        self.loss_fn = nn.BCEWithLogitsLoss()
        self.optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        self.scheduler = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, max_lr=lr, steps_per_epoch=len(loader), epochs=epochs
        )
        self.history = []

    def fit_batch(self, x, y):
        self.optimizer.zero_grad()
        loss = self.loss_fn(self.model(x).squeeze(1), y)
        loss.backward()
        self.optimizer.step()
        self.history.append((self.scheduler.get_last_lr()[0], loss.item()))
        self.scheduler.step()

    def fit(self):
        for _ in range(self.epochs):
            for x, y in self.loader:
                self.fit_batch(x, y)
        return self.history


x, y = load_breast_cancer(return_X_y=True)
x = torch.tensor(x, dtype=torch.float32)
x = (x - x.mean(0)) / x.std(0)
train_data = TensorDataset(x, torch.tensor(y, dtype=torch.float32))
learner = Learner(nn.Linear(30, 1), DataLoader(train_data, batch_size=30, shuffle=True))
history = learner.fit()
print(len(history), history[-1])
