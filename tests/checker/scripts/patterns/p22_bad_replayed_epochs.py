# /// claims
# argv = ["6"]
# resume = [["3"], ["6"]]
# updates = 48
# first = 0.02
# ///
"""The schedule is wound forward by one step for each epoch, though it is stepped per batch."""

import os
import sys

import torch
from torch import nn


class Session:
    def __init__(self, epochs=6, batches=8):
        self.batches = batches
        self.model = nn.Linear(4, 1)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.02)
        self.scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
            self.optimizer, T_max=epochs * batches
        )
        self.first = 0

    def resume(self):
        state = torch.load("session.pt")
        self.model.load_state_dict(state["model"])
        self.first = state["epoch"]
        for _ in range(self.first):
            self.scheduler.step()

    def run(self, last):
        if os.path.exists("session.pt"):
            self.resume()
        for _ in range(self.first, last):
            for _ in range(self.batches):
                self.optimizer.zero_grad()
                self.model(torch.randn(8, 4)).square().mean().backward()
                self.optimizer.step()
                self.scheduler.step()
        torch.save({"model": self.model.state_dict(), "epoch": last}, "session.pt")


Session().run(int(sys.argv[1]))
