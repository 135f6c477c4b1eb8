# /// claims
# needs = ["accelerate"]
# updates = 30
# first = 0.0001
# peak = 0.001
# peak_at = 9
# last = 0.001
# ///
"""accelerate steps a prepared scheduler once per process and update.

So the lengths here are given in units of one process: batches that all processes take together.
"""

import torch
from accelerate import Accelerator
from torch import nn
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, TensorDataset


def main(epochs=3, warmup_steps=10):
    accelerator = Accelerator(cpu=True)
    data = TensorDataset(torch.randn(80, 4), torch.randn(80, 1))
    loader = DataLoader(data, batch_size=8, shuffle=True)
    model = nn.Linear(4, 1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    # len(loader) before prepare: the batches of a single process
    scheduler = LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / warmup_steps))
    model, optimizer, loader, scheduler = accelerator.prepare(
        model, optimizer, loader, scheduler
    )
    for _ in range(epochs):
        for x, y in loader:
            loss = nn.functional.mse_loss(model(x), y)
            accelerator.backward(loss)
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
        accelerator.print(loss.item())


if __name__ == "__main__":
    main()
