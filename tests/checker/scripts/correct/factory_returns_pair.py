# /// claims
# updates = 30
# first = 0.001
# peak = 0.01
# peak_at = 5
# last = 3.943e-05
# ///
"""A factory that returns (optimizer, scheduler) from a dictionary of settings."""

import torch
from torch import nn

SETTINGS = {
    "optimizer": {"name": "AdamW", "lr": 0.01, "weight_decay": 0.1},
    "schedule": {"name": "cosine", "warmup": 5, "floor": 0.0},
    "epochs": 3,
    "steps": 10,
}


def make_optimization(model, settings):
    options = dict(settings["optimizer"])
    optimizer = getattr(torch.optim, options.pop("name"))(model.parameters(), **options)
    total = settings["epochs"] * settings["steps"]
    warmup = settings["schedule"]["warmup"]
    first = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=warmup)
    then = torch.optim.lr_scheduler.CosineAnnealingLR(
        optimizer, total - warmup, settings["schedule"]["floor"]
    )
    return optimizer, torch.optim.lr_scheduler.SequentialLR(optimizer, [first, then], [warmup])


def fit(settings):
    model = nn.Linear(4, 2)
    optimizer, scheduler = make_optimization(model, settings)
    for _ in range(settings["epochs"]):
        for _ in range(settings["steps"]):
            x = torch.randn(8, 4)
            loss = nn.functional.cross_entropy(model(x), (x[:, 0] > 0).long())
            loss.backward()
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()


fit(SETTINGS)
