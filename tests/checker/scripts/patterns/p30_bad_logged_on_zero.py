# /// claims
# torchrun = true
# updates = 16
# first = 0.05
# ///
"""Only the printing is left to rank 0; the metric stays the local one."""

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel


def train_epoch(model, batches, optimizer):
    total = 0.0
    for x in batches:
        loss = (model(x) - x.mean(1, keepdim=True)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(batches)


def main(rank):
    model = DistributedDataParallel(nn.Linear(3, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=8)
    generator = torch.Generator().manual_seed(rank)
    for epoch in range(4):
        batches = torch.randn(4, 8, 3, generator=generator)
        loss = train_epoch(model, batches, optimizer)
        scheduler.step(loss)
        if rank == 0:
            print(epoch, loss)


dist.init_process_group("gloo")
main(dist.get_rank())
dist.destroy_process_group()
