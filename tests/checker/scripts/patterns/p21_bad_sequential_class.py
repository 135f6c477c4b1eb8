# /// claims
# resume = [["--stop", "2"], []]
# updates = 40
# first = 0.01
# peak = 0.1
# ///
"""A trainer builds its schedule in `fit`, after `load` has restored the optimizer."""

import argparse
import os

import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR


class Trainer:
    path = "trainer.pt"

    def __init__(self):
        self.model = nn.Linear(4, 2)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.1)
        self.scheduler_state = None
        self.epoch = 0
        if os.path.exists(self.path):
            self.load()

    def load(self):
        state = torch.load(self.path)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler_state = state["scheduler"]
        self.epoch = state["epoch"]

    def build_scheduler(self, total, warmup):
        parts = [
            LinearLR(self.optimizer, 0.1, total_iters=warmup),
            CosineAnnealingLR(self.optimizer, T_max=total - warmup),
        ]
        scheduler = SequentialLR(self.optimizer, parts, milestones=[warmup])
        if self.scheduler_state is not None:
            scheduler.load_state_dict(self.scheduler_state)
        return scheduler

    def fit(self, epochs, stop):
        scheduler = self.build_scheduler(total=epochs * 10, warmup=10)
        while self.epoch < epochs and self.epoch != stop:
            for _ in range(10):
                self.optimizer.zero_grad()
                self.model(torch.randn(8, 4)).square().mean().backward()
                self.optimizer.step()
                scheduler.step()
            self.epoch += 1
        torch.save(
            {
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "scheduler": scheduler.state_dict(),
                "epoch": self.epoch,
            },
            self.path,
        )


parser = argparse.ArgumentParser()
parser.add_argument("--stop", type=int, default=None)
Trainer().fit(4, parser.parse_args().stop)
