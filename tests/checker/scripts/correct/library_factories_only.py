# /// claims
# # it defines factories and trains nothing
# ///
"""A module of a library: it builds optimizers and schedules, and others use them."""

import math

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LinearLR, OneCycleLR, SequentialLR

__all__ = ["build_optimizer", "build_scheduler"]


def build_optimizer(model, name="adamw", lr=1e-3, weight_decay=0.0, **kwargs):
    decay, no_decay = [], []
    for parameter in model.parameters():
        if parameter.requires_grad:
            (decay if parameter.ndim > 1 else no_decay).append(parameter)
    groups = [
        {"params": decay, "weight_decay": weight_decay},
        {"params": no_decay, "weight_decay": 0.0},
    ]
    if name == "adamw":
        return torch.optim.AdamW(groups, lr=lr, **kwargs)
    if name == "sgd":
        return torch.optim.SGD(groups, lr=lr, momentum=kwargs.pop("momentum", 0.9), **kwargs)
    raise ValueError(f"unknown optimizer {name!r}")


def build_scheduler(optimizer, name, total_steps, warmup_steps=0, min_ratio=0.0):
    if name == "one_cycle":
        peaks = [group["lr"] for group in optimizer.param_groups]
        return OneCycleLR(optimizer, max_lr=peaks, total_steps=total_steps)
    if name == "linear_cosine":
        warmup = LinearLR(optimizer, start_factor=0.01, total_iters=warmup_steps)
        cosine = CosineAnnealingLR(optimizer, T_max=total_steps - warmup_steps)
        return SequentialLR(optimizer, [warmup, cosine], milestones=[warmup_steps])

    def factor(step):
        if step < warmup_steps:
            return (step + 1) / warmup_steps
        progress = (step - warmup_steps) / max(1, total_steps - warmup_steps)
        cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))
        return min_ratio + (1 - min_ratio) * cosine

    return LambdaLR(optimizer, factor)
