# /// claims
# updates = 900
# first = 2e-05
# peak = 0.02
# peak_at = 100
# last = 0.0002
# ///
"""A trainer with hooks: one of them steps the scheduler behind each iteration, one saves."""

import os
import weakref
from bisect import bisect_right

import torch
from torch import nn


class HookBase:
    trainer = None

    def before_train(self):
        pass

    def after_train(self):
        pass

    def before_step(self):
        pass

    def after_step(self):
        pass


class LRScheduler(HookBase):
    def __init__(self, optimizer=None, scheduler=None):
        self._optimizer, self._scheduler = optimizer, scheduler

    def after_step(self):
        lr = self._optimizer.param_groups[0]["lr"]
        self.trainer.storage.append(lr)
        self._scheduler.step()

    def state_dict(self):
        return self._scheduler.state_dict()

    def load_state_dict(self, state_dict):
        self._scheduler.load_state_dict(state_dict)


class PeriodicCheckpointer(HookBase):
    def __init__(self, period):
        self.period = period

    def after_step(self):
        next_iter = self.trainer.iter + 1
        if next_iter % self.period == 0 or next_iter == self.trainer.max_iter:
            torch.save({**self.trainer.state_dict(), "iteration": self.trainer.iter}, "model.pth")


class WarmupMultiStepLR(torch.optim.lr_scheduler.LRScheduler):
    def __init__(
        self, optimizer, milestones, gamma=0.1, warmup_factor=0.001, warmup_iters=100, last_epoch=-1
    ):
        self.milestones = milestones
        self.gamma = gamma
        self.warmup_factor = warmup_factor
        self.warmup_iters = warmup_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        factor = 1.0
        if self.last_epoch < self.warmup_iters:
            alpha = self.last_epoch / self.warmup_iters
            factor = self.warmup_factor * (1 - alpha) + alpha
        drops = bisect_right(self.milestones, self.last_epoch)
        return [base * factor * self.gamma**drops for base in self.base_lrs]


class TrainerBase:
    def __init__(self):
        self._hooks = []
        self.iter = self.start_iter = 0
        self.storage = []

    def register_hooks(self, hooks):
        for hook in hooks:
            hook.trainer = weakref.proxy(self)
        self._hooks.extend(hooks)

    def train(self, start_iter, max_iter):
        self.iter = self.start_iter = start_iter
        self.max_iter = max_iter
        for hook in self._hooks:
            hook.before_train()
        for self.iter in range(start_iter, max_iter):
            for hook in self._hooks:
                hook.before_step()
            self.run_step()
            for hook in self._hooks:
                hook.after_step()
        for hook in self._hooks:
            hook.after_train()


class SimpleTrainer(TrainerBase):
    def __init__(self, model, optimizer):
        super().__init__()
        self.model, self.optimizer = model, optimizer

    def run_step(self):
        loss = self.model(torch.randn(4, 3)).square().mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    def state_dict(self):
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "hooks": [h.state_dict() for h in self._hooks if isinstance(h, LRScheduler)],
        }


def main():
    model = nn.Linear(3, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    scheduler = WarmupMultiStepLR(optimizer, [600, 800], warmup_iters=100)
    trainer = SimpleTrainer(model, optimizer)
    hook = LRScheduler(optimizer, scheduler)
    trainer.register_hooks([hook, PeriodicCheckpointer(100)])
    start = 0
    if os.path.exists("model.pth"):
        checkpoint = torch.load("model.pth")
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        hook.load_state_dict(checkpoint["hooks"][0])
        start = checkpoint["iteration"] + 1
    trainer.train(start, 900)


main()
