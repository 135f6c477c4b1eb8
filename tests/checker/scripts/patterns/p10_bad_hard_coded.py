# /// claims
# updates = 31
# raises = "ValueError"
# ///
"""The steps of an epoch are typed in, from a time when the batches were larger."""

import torch
from torch import nn


class Pipeline:
    def __init__(self, epochs=3, batch_size=2):
        self.epochs, self.batch_size = epochs, batch_size
        self.data = torch.randn(60, 3)
        self.model = nn.Linear(3, 3)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3)
        self.scheduler = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, max_lr=1e-3, steps_per_epoch=10, epochs=self.epochs
        )

    def batches(self):
        for start in range(0, 60, self.batch_size):
            yield self.data[start : start + self.batch_size]

    def run(self):
        for _ in range(self.epochs):
            for x in self.batches():
                self.optimizer.zero_grad()
                (self.model(x) - x).abs().mean().backward()
                self.optimizer.step()
                self.scheduler.step()


Pipeline().run()
