# /// claims
# torchrun = true
# updates = 24
# first = 0.01
# ///
"""The rate follows how far this rank has read its own shard, and shards differ in length."""

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

dist.init_process_group("gloo")
rank = dist.get_rank()
documents = [torch.randn(8, 4) for _ in range(24 + rank)]  # the shard of this rank
model = DistributedDataParallel(nn.Linear(4, 4))
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
for position in range(24):
    progress = position / len(documents)
    for group in optimizer.param_groups:
        group["lr"] = 0.01 * (1 - progress)
    x = documents[position]
    optimizer.zero_grad()
    (model(x) - x).abs().mean().backward()
    optimizer.step()
dist.destroy_process_group()
