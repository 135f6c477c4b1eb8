# /// claims
# updates = 12
# rates = "0.1, 0.095, 0.0905"
# [[more]]
# optimizer = 1
# updates = 12
# rates = "0.1 x12"
# ///
"""After the head is trained, a new optimizer takes the body in; the scheduler keeps the old one."""

import torch
from torch import nn


class FineTuner:
    def __init__(self):
        self.body, self.head = nn.Linear(4, 4), nn.Linear(4, 2)
        self.optimizer = torch.optim.SGD(self.head.parameters(), lr=0.1)
        self.scheduler = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda step: 1 / (1 + 0.0525 * step)
        )

    def unfreeze(self):
        parameters = [*self.body.parameters(), *self.head.parameters()]
        self.optimizer = torch.optim.SGD(parameters, lr=0.1)

    def run(self, steps):
        for _ in range(steps):
            loss = self.head(self.body(torch.randn(8, 4))).square().mean()
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.scheduler.step()


tuner = FineTuner()
tuner.run(12)
tuner.unfreeze()
tuner.run(12)
