# /// claims
# updates = 60
# first = 0.01
# ///
"""T_max leaves room for a warmup that is not there: zero is reached early and left again."""

import torch
from torch import nn


class Run:
    total_steps, warmup_steps = 60, 20

    def __init__(self):
        self.policy = nn.Linear(4, 2)
        self.optimizer = torch.optim.Adam(self.policy.parameters(), lr=0.01)
        self.lr_scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
            self.optimizer, T_max=self.total_steps - self.warmup_steps
        )

    def update(self):
        states, actions = torch.randn(16, 4), torch.randint(2, (16,))
        returns = torch.randn(16)
        chosen = self.policy(states).log_softmax(1).gather(1, actions[:, None]).squeeze(1)
        self.optimizer.zero_grad()
        (-(chosen * returns)).mean().backward()
        self.optimizer.step()
        self.lr_scheduler.step()


run = Run()
for _ in range(Run.total_steps):
    run.update()
