# /// claims
# needs = ["accelerate"]
# updates = 16
# first = 0.0025
# peak = 0.01
# peak_at = 3
# last = 0.0008333
# ///
"""rampup's scheduler is prepared like any other, and counts updates, not calls."""

import math

import torch
from accelerate import Accelerator
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from rampup import RampupLR, decay, warmup

accelerator = Accelerator(cpu=True, gradient_accumulation_steps=2)
model = nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
loader = DataLoader(TensorDataset(torch.randn(64, 4)), batch_size=4)
updates = 2 * math.ceil(len(loader) / (2 * accelerator.num_processes))
scheduler = RampupLR(optimizer, warmup(4) >> decay("linear", to=0.0), updates=updates)
model, optimizer, loader, scheduler = accelerator.prepare(model, optimizer, loader, scheduler)
for epoch in range(2):
    for (x,) in loader:
        with accelerator.accumulate(model):
            accelerator.backward(model(x).square().mean())
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
