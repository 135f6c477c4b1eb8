# /// claims
# updates = 12
# first = 0.1
# ///
"""The horizon is what is left to do; the state that is loaded counts from the very beginning."""

import os

import torch
from torch import nn


class Continued:
    path, total = "model.tar", 12

    def __init__(self):
        self.model = nn.Linear(3, 1)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.1)
        self.saved = torch.load(self.path) if os.path.exists(self.path) else None
        self.step = self.saved["step"] if self.saved else 0
        remaining = self.total - self.step
        self.scheduler = torch.optim.lr_scheduler.PolynomialLR(
            self.optimizer, total_iters=remaining
        )
        if self.saved:
            self.model.load_state_dict(self.saved["model"])
            self.optimizer.load_state_dict(self.saved["optimizer"])
            self.scheduler.load_state_dict(self.saved["scheduler"])

    def run(self):
        while self.step < self.total:
            self.optimizer.zero_grad()
            self.model(torch.randn(8, 3)).square().mean().backward()
            self.optimizer.step()
            self.scheduler.step()
            self.step += 1
            if self.step % 4 == 0:
                self.save()

    def save(self):
        state = {
            "step": self.step,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict(),
        }
        torch.save(state, self.path)


Continued().run()
