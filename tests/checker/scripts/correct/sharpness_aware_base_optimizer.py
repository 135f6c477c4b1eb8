# /// claims
# updates = 20
# first = 0.1
# peak = 0.1
# last = 0.0006156
# ///
"""Sharpness-aware minimization: the schedule is built on the optimizer that really steps."""

import torch
from torch import nn


class SAM:
    """Climbs by rho, takes the gradient there, comes back, and lets the base step."""

    def __init__(self, base, rho=0.05):
        self.base, self.rho = base, rho
        self.param_groups = base.param_groups

    @torch.no_grad()
    def climb(self):
        weights = [p for group in self.param_groups for p in group["params"]]
        norm = torch.stack([p.grad.norm() for p in weights]).norm() + 1e-12
        self.moves = [(p, self.rho * p.grad / norm) for p in weights]
        for p, move in self.moves:
            p.add_(move)
        self.base.zero_grad()

    def step(self):
        with torch.no_grad():
            for p, move in self.moves:
                p.sub_(move)
        self.base.step()
        self.base.zero_grad()


model = nn.Linear(4, 3)
sgd = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
optimizer = SAM(sgd)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(sgd, T_max=20)
for _ in range(20):
    x, y = torch.randn(16, 4), torch.randint(3, (16,))
    nn.functional.cross_entropy(model(x), y).backward()
    optimizer.climb()
    nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()
    scheduler.step()
