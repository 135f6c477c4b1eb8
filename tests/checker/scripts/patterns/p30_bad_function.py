# /// claims
# torchrun = true
# updates = 12
# first = 0.05
# ///
"""The mean loss of the batches that this process has seen decides about its rate."""

import torch
from torch import distributed, nn, optim


def run(epochs=3):
    distributed.init_process_group("gloo")
    net = nn.parallel.DistributedDataParallel(nn.Linear(3, 3))
    optimizer = optim.SGD(net.parameters(), lr=0.05)
    plateau = optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.1, patience=2)
    batches = [torch.randn(8, 3) for _ in range(4)]
    for _ in range(epochs):
        total = 0.0
        for x in batches:
            optimizer.zero_grad()
            loss = (net(x) - x).square().mean()
            loss.backward()
            optimizer.step()
            total += loss.item()
        plateau.step(total / len(batches))
    distributed.destroy_process_group()


run()
