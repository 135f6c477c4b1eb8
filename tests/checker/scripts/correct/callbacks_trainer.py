# /// claims
# updates = 48
# first = 0.0012
# peak = 0.03
# peak_at = 13
# last = 1.2e-7
# ///
"""A trainer with callbacks; one of them owns the schedule and steps it after each batch."""

from __future__ import annotations

import math
from collections import defaultdict

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Callback:
    """Does nothing; others override what they need."""

    order = 0

    def before_fit(self, run): ...

    def before_epoch(self, run): ...

    def before_batch(self, run): ...

    def after_batch(self, run): ...

    def after_epoch(self, run): ...

    def after_fit(self, run): ...


class CancelFit(Exception):
    """Ends the training."""


class Recorder(Callback):
    """Remembers the rate and the loss of every batch."""

    order = 10

    def before_fit(self, run):
        self.lrs, self.losses = [], []

    def before_batch(self, run):
        self.lrs.append(run.optimizer.param_groups[-1]["lr"])

    def after_batch(self, run):
        self.losses.append(run.loss.item())

    def after_epoch(self, run):
        count = len(run.loader)
        mean = sum(self.losses[-count:]) / count
        print(f"epoch {run.epoch}: loss {mean:.4f}, lr {self.lrs[-1]:.5f}")


class OneCycle(Callback):
    """Builds the scheduler when the length of the run is known."""

    order = 60

    def __init__(self, max_lr):
        self.max_lr = max_lr

    def before_fit(self, run):
        total = run.epochs * len(run.loader)
        self.scheduler = torch.optim.lr_scheduler.OneCycleLR(
            run.optimizer, max_lr=self.max_lr, total_steps=total, pct_start=14 / 48
        )

    def after_batch(self, run):
        self.scheduler.step()


class StopOnNaN(Callback):
    order = 5

    def after_batch(self, run):
        if not math.isfinite(run.loss.item()):
            raise CancelFit


class Average(Callback):
    """Keeps an exponential average of the weights."""

    def __init__(self, decay=0.9):
        self.decay = decay

    def before_fit(self, run):
        self.shadow = {name: p.detach().clone() for name, p in run.model.named_parameters()}

    def after_batch(self, run):
        for name, parameter in run.model.named_parameters():
            self.shadow[name].lerp_(parameter.detach(), 1 - self.decay)


class Run:
    def __init__(self, model, loader, optimizer, criterion, callbacks):
        self.model, self.loader = model, loader
        self.optimizer, self.criterion = optimizer, criterion
        self.callbacks = sorted(callbacks, key=lambda callback: callback.order)
        self.epoch, self.loss = 0, None
        self.calls = defaultdict(int)

    def __call__(self, event):
        self.calls[event] += 1
        for callback in self.callbacks:
            getattr(callback, event)(self)

    def fit(self, epochs):
        self.epochs = epochs
        self("before_fit")
        try:
            for self.epoch in range(epochs):
                self("before_epoch")
                self.one_epoch()
                self("after_epoch")
        except CancelFit:
            print("stopped")
        self("after_fit")
        return self

    def one_epoch(self):
        self.model.train()
        for self.x, self.y in self.loader:
            self("before_batch")
            self.loss = self.criterion(self.model(self.x), self.y)
            self.optimizer.zero_grad()
            self.loss.backward()
            self.optimizer.step()
            self("after_batch")


def main():
    x = torch.randn(192, 7)
    y = (x[:, 0] * x[:, 1] > 0).long()
    loader = DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True)
    model = nn.Sequential(nn.Linear(7, 16), nn.Mish(), nn.Linear(16, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9)
    recorder = Recorder()
    run = Run(
        model,
        loader,
        optimizer,
        nn.CrossEntropyLoss(),
        [recorder, OneCycle(0.03), StopOnNaN(), Average()],
    )
    run.fit(4)
    print(len(recorder.lrs), dict(run.calls))


if __name__ == "__main__":
    main()
