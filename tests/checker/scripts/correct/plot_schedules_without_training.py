# /// claims
# prints = ["StepLR", "OneCycleLR"]
# ///
"""Draws the curves of some schedulers; a dummy optimizer, and no training at all."""

import torch
from torch.optim import lr_scheduler

STEPS = 40


def dummy(lr=0.1):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr, momentum=0.9)


def rates(make):
    optimizer = dummy()
    scheduler = make(optimizer)
    values = []
    for _ in range(STEPS):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()  # keeps the scheduler from warning
        scheduler.step()
    return values


curves = {
    "StepLR": rates(lambda o: lr_scheduler.StepLR(o, 10, 0.5)),
    "CosineAnnealingLR": rates(lambda o: lr_scheduler.CosineAnnealingLR(o, 10)),
    "OneCycleLR": rates(lambda o: lr_scheduler.OneCycleLR(o, 0.1, total_steps=STEPS)),
    "ExponentialLR": rates(lambda o: lr_scheduler.ExponentialLR(o, 0.9)),
    "CyclicLR": rates(lambda o: lr_scheduler.CyclicLR(o, 0.01, 0.1, step_size_up=8)),
}
for name, values in curves.items():
    top = max(values)
    print(name)
    for step in range(0, STEPS, 8):
        print(f"  {step:>3} " + "#" * round(40 * values[step] / top))
