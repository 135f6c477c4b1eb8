# /// claims
# updates = 30
# first = 1e-5
# peak = 1.0
# last = 1.0
# ///
"""A learning-rate range test: the rate grows on purpose, and the weights are put back."""

import copy

import torch
from torch import nn


class LRFinder:
    def __init__(self, model, optimizer, criterion):
        self.model, self.optimizer, self.criterion = model, optimizer, criterion
        self.model_state = copy.deepcopy(model.state_dict())
        self.optimizer_state = copy.deepcopy(optimizer.state_dict())
        self.history = {"lr": [], "loss": []}

    def range_test(self, batches, start_lr=1e-5, end_lr=1.0, num_iter=30):
        growth = (end_lr / start_lr) ** (1 / (num_iter - 1))
        lr = start_lr
        for x, y in batches(num_iter):
            for group in self.optimizer.param_groups:
                group["lr"] = lr
            self.optimizer.zero_grad()
            loss = self.criterion(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            self.history["lr"].append(lr)
            self.history["loss"].append(loss.item())
            if loss.item() > 1e4 * min(self.history["loss"]):
                break
            lr *= growth
        return self.history

    def reset(self):
        self.model.load_state_dict(self.model_state)
        self.optimizer.load_state_dict(self.optimizer_state)


def batches(count):
    for _ in range(count):
        x = torch.randn(16, 5)
        yield x, x[:, :1] * 2


model = nn.Linear(5, 1)
finder = LRFinder(model, torch.optim.Adam(model.parameters(), lr=1e-3), nn.MSELoss())
history = finder.range_test(batches)
finder.reset()
steepest = min(range(1, 30), key=lambda i: history["loss"][i] - history["loss"][i - 1])
print(f"suggested rate {history['lr'][steepest]:.2e}")
