# /// claims
# updates = 30
# resume = [["3"], []]
# first = 0.004
# peak = 0.1
# peak_at = 8
# last = 4e-07
# ///
"""Resume in a trainer: the scheduler's state is loaded before that of the optimizer."""

import os
import sys

import torch
from torch import nn, optim


class Trainer:
    """Trains for some epochs and can go on where it was stopped."""

    path = "state.pth"

    def __init__(self, epochs, iters):
        self.epochs, self.iters = epochs, iters
        self.model = nn.Sequential(nn.Linear(4, 4), nn.ELU(), nn.Linear(4, 1))
        self.optimizer = optim.SGD(self.model.parameters(), lr=0.1, momentum=0.9)
        self.lr_scheduler = optim.lr_scheduler.OneCycleLR(
            self.optimizer, max_lr=0.1, epochs=epochs, steps_per_epoch=iters
        )
        self.epoch = 0

    def save(self):
        state = {
            "epoch": self.epoch,
            "lr_scheduler": self.lr_scheduler.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "model": self.model.state_dict(),
        }
        torch.save(state, self.path)

    def load(self):
        state = torch.load(self.path)
        self.epoch = state["epoch"]
        self.lr_scheduler.load_state_dict(state["lr_scheduler"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.model.load_state_dict(state["model"])

    def run(self, stop=None):
        if os.path.isfile(self.path):
            self.load()
        while self.epoch < self.epochs:
            for _ in range(self.iters):
                x = torch.randn(8, 4)
                loss = (self.model(x) - x.mean(1, keepdim=True)).square().mean()
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
                self.lr_scheduler.step()
            self.epoch += 1
            self.save()
            if self.epoch == stop:
                return


if __name__ == "__main__":
    Trainer(epochs=6, iters=5).run(int(sys.argv[1]) if len(sys.argv) > 1 else None)
