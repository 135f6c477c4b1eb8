# /// claims
# argv = ["--scheduler", "cosine"]
# updates = 40
# first = 0.1
# peak = 0.1
# last = 0.002447
# ///
"""Optimizers and schedulers by name, with their options as JSON on the command line."""

import argparse
import json

import torch
from torch import nn

OPTIMIZERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
SCHEDULERS = {
    "step": (torch.optim.lr_scheduler.StepLR, {"step_size": 4}),
    "cosine": (torch.optim.lr_scheduler.CosineAnnealingLR, {"T_max": 10}),
    "none": (torch.optim.lr_scheduler.ConstantLR, {"factor": 1.0}),
}


def build(model, args):
    optimizer = OPTIMIZERS[args.optimizer](model.parameters(), lr=args.lr)
    cls, defaults = SCHEDULERS[args.scheduler]
    return optimizer, cls(optimizer, **{**defaults, **json.loads(args.scheduler_args)})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--optimizer", choices=OPTIMIZERS, default="sgd")
    parser.add_argument("--scheduler", choices=SCHEDULERS, default="none")
    parser.add_argument("--scheduler-args", default="{}")
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--epochs", type=int, default=10)
    args = parser.parse_args()
    model = nn.Linear(3, 1)
    optimizer, scheduler = build(model, args)
    for _ in range(args.epochs):
        for x in torch.randn(4, 8, 3):
            optimizer.zero_grad()
            (model(x) - x.mean(1, keepdim=True)).square().mean().backward()
            optimizer.step()
        scheduler.step()


if __name__ == "__main__":
    main()
