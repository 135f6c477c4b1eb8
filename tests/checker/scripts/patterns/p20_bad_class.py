# /// claims
# resume = [["--stop", "3"], []]
# updates = 60
# first = 0.004
# ///
"""A trainer template whose checkpoints know the epoch and the optimizer, but no schedule."""

import argparse
import os

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class BaseTrainer:
    def __init__(self, model, optimizer, lr_scheduler, loader, epochs):
        self.model, self.optimizer, self.lr_scheduler = model, optimizer, lr_scheduler
        self.loader, self.epochs, self.start_epoch = loader, epochs, 0
        if os.path.exists("model_best.pth"):
            self._resume_checkpoint("model_best.pth")

    def train(self, stop):
        for epoch in range(self.start_epoch, self.epochs):
            if epoch == stop:
                return
            for (x,) in self.loader:
                self.optimizer.zero_grad()
                (self.model(x) - x).square().mean().backward()
                self.optimizer.step()
                self.lr_scheduler.step()
            self._save_checkpoint(epoch)

    def _save_checkpoint(self, epoch):
        state = {
            "epoch": epoch,
            "state_dict": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }
        torch.save(state, "model_best.pth")

    def _resume_checkpoint(self, resume_path):
        checkpoint = torch.load(resume_path)
        self.start_epoch = checkpoint["epoch"] + 1
        self.model.load_state_dict(checkpoint["state_dict"])
        self.optimizer.load_state_dict(checkpoint["optimizer"])


parser = argparse.ArgumentParser()
parser.add_argument("--stop", type=int, default=None)
args = parser.parse_args()
loader = DataLoader(TensorDataset(torch.randn(80, 4)), batch_size=8)
model = nn.Linear(4, 4)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.OneCycleLR(
    optimizer, max_lr=0.1, epochs=6, steps_per_epoch=len(loader)
)
BaseTrainer(model, optimizer, scheduler, loader, epochs=6).train(args.stop)
