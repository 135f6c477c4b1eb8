# /// claims
# torchrun = true
# updates = 40
# first = 0.00025
# peak = 0.001
# peak_at = 4
# last = 0.00002778
# ///
"""Under DDP each rank steps its own scheduler once per update; the loader is already a share."""

import torch
import torch.distributed as dist
from torch import nn
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

dist.init_process_group("gloo")
dataset = TensorDataset(torch.randn(160, 3), torch.randn(160, 1))
sampler = DistributedSampler(dataset, seed=7)
loader = DataLoader(dataset, batch_size=16, sampler=sampler)
model = nn.parallel.DistributedDataParallel(nn.Linear(3, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

num_epochs = 4
num_updates = num_epochs * len(loader)  # of this rank, which makes all updates
num_warmup = num_updates // 10


def lr_factor(update):
    if update < num_warmup:
        return 0.25 + 0.75 * update / num_warmup
    return (num_updates - update) / (num_updates - num_warmup)


scheduler = LambdaLR(optimizer, lr_factor)
for epoch in range(num_epochs):
    sampler.set_epoch(epoch)
    for x, y in loader:
        loss = (model(x) - y).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
dist.destroy_process_group()
