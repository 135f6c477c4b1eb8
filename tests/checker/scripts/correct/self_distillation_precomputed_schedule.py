# /// claims
# updates = 40
# first = 0.0
# peak = 0.0005
# peak_at = 10
# last = 2.367e-06
# [[more]]
# group = 1
# first = 0.0
# peak = 0.0005
# last = 2.367e-06
# ///
"""Self-distillation: rate, weight decay and teacher momentum are arrays over iterations."""

import copy

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def cosine_scheduler(base, final, epochs, per_epoch, warmup_epochs=0, start_warmup=0):
    warmup_iters = warmup_epochs * per_epoch
    warmup = np.array([])
    if warmup_epochs > 0:
        warmup = np.linspace(start_warmup, base, warmup_iters, endpoint=False)
    iters = np.arange(epochs * per_epoch - warmup_iters)
    schedule = final + 0.5 * (base - final) * (1 + np.cos(np.pi * iters / len(iters)))
    schedule = np.concatenate((warmup, schedule))
    assert len(schedule) == epochs * per_epoch
    return schedule


def get_params_groups(model):
    regularized = [p for p in model.parameters() if p.ndim > 1]
    not_regularized = [p for p in model.parameters() if p.ndim <= 1]
    return [{"params": regularized}, {"params": not_regularized, "weight_decay": 0.0}]


def train_dino(epochs=4, per_epoch=10):
    student = nn.Sequential(nn.Linear(10, 16), nn.GELU(), nn.Linear(16, 12))
    teacher = copy.deepcopy(student).requires_grad_(False)
    optimizer = torch.optim.AdamW(get_params_groups(student))
    lr_schedule = cosine_scheduler(5e-4, 1e-6, epochs, per_epoch, warmup_epochs=1)
    wd_schedule = cosine_scheduler(0.04, 0.4, epochs, per_epoch)
    momentum_schedule = cosine_scheduler(0.996, 1, epochs, per_epoch)
    center = torch.zeros(12)

    for epoch in range(epochs):
        for it in range(per_epoch):
            it = per_epoch * epoch + it
            for i, param_group in enumerate(optimizer.param_groups):
                param_group["lr"] = lr_schedule[it]
                if i == 0:
                    param_group["weight_decay"] = wd_schedule[it]
            x = torch.randn(8, 10)
            wanted = F.softmax((teacher(x) - center) / 0.04, dim=1)
            got = F.log_softmax(student(x + 0.1 * torch.randn_like(x)) / 0.1, dim=1)
            loss = -(wanted * got).sum(1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                m = momentum_schedule[it]
                for ps, pt in zip(student.parameters(), teacher.parameters(), strict=True):
                    pt.mul_(m).add_((1 - m) * ps)
                center = 0.9 * center + 0.1 * teacher(x).mean(0)


if __name__ == "__main__":
    train_dino()
