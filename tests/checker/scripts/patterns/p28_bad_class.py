# /// claims
# updates = 12
# raises = ["AttributeError", "PicklingError"]
# first = 0.1
# ///
"""The whole scheduler goes into the checkpoint, with a lambda from inside a method."""

import torch
from torch import nn


class Saver:
    def __init__(self):
        self.model = nn.Linear(2, 1)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.1)
        self.scheduler = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda epoch: 0.5**epoch
        )

    def run(self):
        for epoch in range(3):
            for _ in range(4):
                self.optimizer.zero_grad()
                self.model(torch.randn(8, 2)).square().mean().backward()
                self.optimizer.step()
            self.scheduler.step()
        self.save("all.pt")

    def save(self, path):
        checkpoint = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer,
            "scheduler": self.scheduler,
        }
        torch.save(checkpoint, path)


Saver().run()
