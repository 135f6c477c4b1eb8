# /// claims
# raises = "ValueError"
# ///
"""SequentialLR refuses a plateau scheduler, which needs a metric."""

import torch
from torch import nn
from torch.optim.lr_scheduler import LinearLR, ReduceLROnPlateau, SequentialLR


class Trainer:
    def __init__(self):
        self.model = nn.Linear(3, 1)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=0.01)
        self.scheduler = SequentialLR(
            self.optimizer,
            [LinearLR(self.optimizer), ReduceLROnPlateau(self.optimizer)],
            milestones=[5],
        )

    def fit(self):
        for _ in range(10):
            self.optimizer.zero_grad()
            self.model(torch.randn(8, 3)).square().mean().backward()
            self.optimizer.step()
            self.scheduler.step()


Trainer().fit()
