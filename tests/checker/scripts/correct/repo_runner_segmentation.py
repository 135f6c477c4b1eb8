# /// claims
# updates = 400
# first = 0.001
# peak = 0.00887895
# peak_at = 50
# last = 0.000145059
# ///
"""A runner class over iterations with a polynomial rate, a warmup by hand and checkpoints."""

import os.path as osp

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class IterLoader:
    def __init__(self, loader):
        self._loader, self._iter, self._epoch = loader, iter(loader), 0

    def __next__(self):
        try:
            return next(self._iter)
        except StopIteration:
            self._epoch += 1
            self._iter = iter(self._loader)
            return next(self._iter)


class Runner:
    def __init__(self, model, optimizer, max_iters, work_dir, power=0.9, min_lr=1e-4):
        self.model, self.optimizer = model, optimizer
        self._max_iters, self._iter = max_iters, 0
        self.work_dir, self.power, self.min_lr = work_dir, power, min_lr
        self.warmup_iters, self.warmup_ratio = 50, 0.1
        for group in optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])
        self.base_lr = [group["initial_lr"] for group in optimizer.param_groups]

    def regular_lr(self, base):
        coeff = (1 - self._iter / self._max_iters) ** self.power
        return (base - self.min_lr) * coeff + self.min_lr

    def set_lr(self):
        rates = [self.regular_lr(base) for base in self.base_lr]
        if self._iter < self.warmup_iters:
            k = (1 - self._iter / self.warmup_iters) * (1 - self.warmup_ratio)
            rates = [rate * (1 - k) for rate in rates]
        for group, rate in zip(self.optimizer.param_groups, rates):
            group["lr"] = rate

    def run(self, loader):
        batches = IterLoader(loader)
        self.model.train()
        while self._iter < self._max_iters:
            self.set_lr()
            x, y = next(batches)
            loss = nn.functional.cross_entropy(self.model(x), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self._iter += 1
            if self._iter % 100 == 0:
                self.save_checkpoint()

    def save_checkpoint(self):
        torch.save(
            {
                "meta": {"iter": self._iter},
                "state_dict": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
            },
            osp.join(self.work_dir, f"iter_{self._iter}.pth"),
        )

    def resume(self, path):
        checkpoint = torch.load(path)
        self.model.load_state_dict(checkpoint["state_dict"])
        self.optimizer.load_state_dict(checkpoint["optimizer"])
        self._iter = checkpoint["meta"]["iter"]


def main(resume_from=None):
    model = nn.Linear(12, 5)
    data = DataLoader(TensorDataset(torch.randn(80, 12), torch.randint(5, (80,))), batch_size=8)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    runner = Runner(model, optimizer, max_iters=400, work_dir=".")
    if resume_from:
        runner.resume(resume_from)
    runner.run(data)


main()
