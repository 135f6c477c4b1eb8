# /// claims
# updates = 20
# first = 0.01
# peak = 0.01
# last = 0.009755
# [[more]]
# optimizer = 1
# updates = 20
# first = 0.01
# last = 0.01
# ///
"""One scheduler, stepped inside the loop over two optimizers: it moves twice per update."""

import torch
from torch import nn


class TwoHeads:
    def __init__(self, steps):
        self.steps = steps
        self.body, self.head = nn.Linear(4, 4), nn.Linear(4, 2)
        self.optimizers = [
            torch.optim.SGD(self.body.parameters(), lr=0.01),
            torch.optim.SGD(self.head.parameters(), lr=0.01),
        ]
        self.scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
            self.optimizers[0], T_max=steps
        )

    def update(self):
        loss = self.head(self.body(torch.randn(8, 4))).square().mean()
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        loss.backward()
        for optimizer in self.optimizers:
            optimizer.step()
            self.scheduler.step()

    def run(self):
        for _ in range(self.steps):
            self.update()


TwoHeads(20).run()
