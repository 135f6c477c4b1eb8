# /// claims
# updates = 9
# rates = "0.1 x3, 0.05 x3, 0.025 x3"
# [[more]]
# optimizer = 1
# updates = 9
# rates = "0.1 x3, 0.05 x3, 0.025 x3"
# ///
"""One optimizer for each parameter, stepped while the gradients arrive, to save memory."""

import torch
from torch import nn

model = nn.Linear(5, 2)
optimizers = {p: torch.optim.SGD([p], lr=0.1, foreach=False) for p in model.parameters()}
schedulers = [
    torch.optim.lr_scheduler.StepLR(optimizer, step_size=3, gamma=0.5)
    for optimizer in optimizers.values()
]


def update(parameter):
    optimizers[parameter].step()
    optimizers[parameter].zero_grad()


for parameter in model.parameters():
    parameter.register_post_accumulate_grad_hook(update)
for _ in range(9):
    model(torch.randn(4, 5)).square().mean().backward()
    for scheduler in schedulers:
        scheduler.step()
