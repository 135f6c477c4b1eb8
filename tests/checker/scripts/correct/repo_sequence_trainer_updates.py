# /// claims
# updates = 400
# first = 1e-07
# peak = 0.0005
# peak_at = 100
# last = 0.000250313
# ///
"""A sequence trainer: the scheduler object sets the rate from the number of updates."""

import os

import torch
from torch import nn


class InverseSquareRootSchedule:
    def __init__(self, optimizer, lr, warmup_updates, warmup_init_lr=1e-7):
        self.optimizer = optimizer
        self.warmup_updates = warmup_updates
        self.lr_step = (lr - warmup_init_lr) / warmup_updates
        self.decay_factor = lr * warmup_updates**0.5
        self.warmup_init_lr = warmup_init_lr
        self.lr = warmup_init_lr
        self.set_lr(self.lr)

    def set_lr(self, lr):
        for param_group in self.optimizer.param_groups:
            param_group["lr"] = lr

    def step_update(self, num_updates):
        if num_updates < self.warmup_updates:
            self.lr = self.warmup_init_lr + num_updates * self.lr_step
        else:
            self.lr = self.decay_factor * num_updates**-0.5
        self.set_lr(self.lr)
        return self.lr


class Trainer:
    def __init__(self, model, update_freq=2, max_update=400):
        self.model, self.update_freq, self.max_update = model, update_freq, max_update
        self.optimizer = torch.optim.Adam(model.parameters(), lr=5e-4, betas=(0.9, 0.98))
        self.lr_scheduler = InverseSquareRootSchedule(self.optimizer, 5e-4, 100)
        self._num_updates = 0

    def get_num_updates(self):
        return self._num_updates

    def set_num_updates(self, num_updates):
        self._num_updates = num_updates
        self.lr_scheduler.step_update(num_updates)

    def train_step(self, samples):
        self.model.train()
        self.optimizer.zero_grad()
        for sample in samples:
            loss = self.model(sample).square().mean() / len(samples)
            loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.set_num_updates(self.get_num_updates() + 1)

    def save_checkpoint(self, filename, extra_state):
        torch.save(
            {
                "model": self.model.state_dict(),
                "last_optimizer_state": self.optimizer.state_dict(),
                "num_updates": self.get_num_updates(),
                "extra_state": extra_state,
            },
            filename,
        )

    def load_checkpoint(self, filename):
        if not os.path.exists(filename):
            return {"epoch": 1}
        state = torch.load(filename, map_location="cpu")
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["last_optimizer_state"])
        self.set_num_updates(state["num_updates"])
        return state["extra_state"]


def main(max_epoch=8):
    trainer = Trainer(nn.Linear(4, 4))
    extra_state = trainer.load_checkpoint("checkpoint_last.pt")
    epoch = extra_state["epoch"]
    while epoch <= max_epoch and trainer.get_num_updates() < trainer.max_update:
        for _ in range(60):
            samples = [torch.randn(8, 4) for _ in range(trainer.update_freq)]
            trainer.train_step(samples)
            if trainer.get_num_updates() >= trainer.max_update:
                break
        epoch += 1
        trainer.save_checkpoint("checkpoint_last.pt", {"epoch": epoch})


main()
