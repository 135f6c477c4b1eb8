# /// claims
# updates = 18
# first = 0.02
# peak = 0.2
# peak_at = 9
# last = 0.2
# ///
"""Accumulation by a counter that a trainer keeps; everything of an update in one method."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Trainer:
    def __init__(self, model, loader, accumulate, lr, warmup_updates):
        self.model, self.loader, self.accumulate = model, loader, accumulate
        self.optimizer = torch.optim.SGD(model.parameters(), lr=lr)
        self.scheduler = torch.optim.lr_scheduler.LinearLR(
            self.optimizer, start_factor=0.1, total_iters=warmup_updates
        )
        self.pending = 0
        self.updates = 0

    def training_step(self, batch):
        x, y = batch
        loss = nn.functional.huber_loss(self.model(x), y)
        (loss / self.accumulate).backward()
        self.pending += 1
        if self.pending == self.accumulate:
            self.update()
        return loss.detach()

    def update(self):
        nn.utils.clip_grad_value_(self.model.parameters(), 0.5)
        self.optimizer.step()
        self.scheduler.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.pending = 0
        self.updates += 1

    def fit(self, epochs):
        for epoch in range(epochs):
            losses = [self.training_step(batch) for batch in self.loader]
            print(epoch, self.updates, torch.stack(losses).mean().item())


data = TensorDataset(torch.randn(90, 4), torch.randn(90, 1))
trainer = Trainer(nn.Linear(4, 1), DataLoader(data, 5), accumulate=3, lr=0.2, warmup_updates=9)
trainer.fit(epochs=3)
