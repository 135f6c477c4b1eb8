# /// claims
# updates = 12
# rates = "0.0025 x2, 0.003125 x2, 0.00375 x2, 0.004375 x2, 0.005 x4"
# [[more]]
# optimizer = 1
# updates = 12
# rates = "0.025 x8, 0.05 x4"
# ///
"""The documentation's LinearLR and ConstantLR: half the rate for four epochs, at a slope or flat."""

import torch
from torch.optim.lr_scheduler import ConstantLR, LinearLR


def epochs(scheduler_of, lr, count=6):
    model = torch.nn.Linear(2, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    scheduler = scheduler_of(optimizer)
    for _ in range(count):
        for _ in range(2):
            optimizer.zero_grad()
            model(torch.randn(3, 2)).square().mean().backward()
            optimizer.step()
        scheduler.step()


epochs(lambda optimizer: LinearLR(optimizer, start_factor=0.5, total_iters=4), lr=0.005)
epochs(lambda optimizer: ConstantLR(optimizer, factor=0.5, total_iters=4), lr=0.05)
