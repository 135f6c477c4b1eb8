# /// claims
# needs = ["transformers"]
# updates = 20
# first = 0.0
# peak = 0.001
# peak_at = 5
# ///
"""transformers' schedules begin with a rate of zero; here in a class."""

import torch
from torch import nn
from transformers import get_cosine_schedule_with_warmup


class Runner:
    def __init__(self, steps=20, warmup=5):
        self.steps = steps
        self.model = nn.Linear(5, 2)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-3)
        self.scheduler = get_cosine_schedule_with_warmup(self.optimizer, warmup, steps)

    def run(self):
        for _ in range(self.steps):
            self.model(torch.randn(4, 5)).logsumexp(1).mean().backward()
            self.optimizer.step()
            self.scheduler.step()
            self.optimizer.zero_grad()


Runner().run()
