# /// claims
# torchrun = true
# updates = 12
# first = 0.001
# ///
"""Each rank validates its own part of the data and reduces its own rate by that."""

import argparse
import os

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel as DDP
from torch.optim.lr_scheduler import ReduceLROnPlateau
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset


class Trainer:
    def __init__(self, args):
        self.args = args
        self.rank = int(os.environ["RANK"])
        data = TensorDataset(torch.randn(64, 5), torch.randn(64, 1))
        valid = TensorDataset(torch.randn(32, 5), torch.randn(32, 1))
        self.sampler = DistributedSampler(data)
        self.train_loader = DataLoader(data, batch_size=16, sampler=self.sampler)
        self.valid_loader = DataLoader(valid, batch_size=16, sampler=DistributedSampler(valid))
        self.model = DDP(nn.Linear(5, 1))
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=args.lr)
        self.scheduler = ReduceLROnPlateau(self.optimizer, patience=args.patience)

    def validate(self):
        with torch.no_grad():
            losses = [nn.functional.mse_loss(self.model(x), y) for x, y in self.valid_loader]
        return torch.stack(losses).mean().item()

    def fit(self):
        for epoch in range(self.args.epochs):
            self.sampler.set_epoch(epoch)
            for x, y in self.train_loader:
                self.optimizer.zero_grad()
                nn.functional.mse_loss(self.model(x), y).backward()
                self.optimizer.step()
            self.scheduler.step(self.validate())


parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=1e-3)
parser.add_argument("--patience", type=int, default=5)
parser.add_argument("--epochs", type=int, default=3)
dist.init_process_group("gloo")
Trainer(parser.parse_args()).fit()
dist.destroy_process_group()
