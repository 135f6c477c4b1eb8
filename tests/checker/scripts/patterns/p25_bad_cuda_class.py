# /// claims
# updates = 40
# first = 0.004
# ///
"""One cycle in mixed precision, stepped whether or not the scaler made the update."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class RaftTrainer:
    def __init__(self, loader, steps):
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.loader, self.steps = loader, steps
        self.model = nn.Linear(6, 2).to(self.device)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=0.1)
        self.scheduler = torch.optim.lr_scheduler.OneCycleLR(self.optimizer, 0.1, steps)
        self.scaler = torch.amp.GradScaler(self.device)

    def train(self):
        total_steps = 0
        while total_steps < self.steps:
            for (x,) in self.loader:
                self.optimizer.zero_grad()
                with torch.autocast(self.device, dtype=torch.bfloat16):
                    loss = self.model(x.to(self.device)).abs().mean()
                self.scaler.scale(loss).backward()
                self.scaler.unscale_(self.optimizer)
                nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
                self.scaler.step(self.optimizer)
                self.scheduler.step()
                self.scaler.update()
                total_steps += 1
                if total_steps >= self.steps:
                    break


RaftTrainer(DataLoader(TensorDataset(torch.randn(80, 6)), 8), 40).train()
