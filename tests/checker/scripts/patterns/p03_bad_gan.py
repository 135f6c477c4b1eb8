# /// claims
# updates = 8
# rates = "0.00018, 0.000162"
# [[more]]
# optimizer = 1
# updates = 8
# rates = "0.00018, 0.000162"
# ///
"""Generator and discriminator; in both, the first rate is never used."""

import torch
from torch import nn


class Game:
    def __init__(self):
        self.g, self.d = nn.Linear(2, 3), nn.Linear(3, 1)
        self.g_optimizer = torch.optim.Adam(self.g.parameters(), lr=2e-4)
        self.d_optimizer = torch.optim.Adam(self.d.parameters(), lr=2e-4)
        self.g_scheduler = torch.optim.lr_scheduler.ExponentialLR(self.g_optimizer, 0.9)
        self.d_scheduler = torch.optim.lr_scheduler.ExponentialLR(self.d_optimizer, 0.9)

    def step(self):
        self.d_scheduler.step()
        self.g_scheduler.step()
        fake = self.g(torch.randn(4, 2))
        d_loss = self.d(fake.detach()).mean() - self.d(torch.randn(4, 3)).mean()
        self.d_optimizer.zero_grad()
        d_loss.backward()
        self.d_optimizer.step()
        g_loss = -self.d(fake).mean()
        self.g_optimizer.zero_grad()
        g_loss.backward()
        self.g_optimizer.step()


game = Game()
for _ in range(8):
    game.step()
