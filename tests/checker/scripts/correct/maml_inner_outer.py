# /// claims
# updates = 12
# rates = "0.01 x4, 0.005 x4, 0.0025 x4"
# ///
"""Meta-learning: the inner steps are plain arithmetic, the schedule belongs to the outer ones."""

import torch
from torch import nn
from torch.func import functional_call


def task():
    slope, shift = torch.randn(2)

    def draw(count=8):
        x = torch.rand(count, 1) * 4 - 2
        return x, slope * x + shift

    return draw


model = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))
meta_optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
meta_scheduler = torch.optim.lr_scheduler.StepLR(meta_optimizer, step_size=4, gamma=0.5)
inner_lr = 0.05
for _ in range(12):
    meta_loss = 0.0
    for _ in range(3):
        draw = task()
        weights = dict(model.named_parameters())
        for _ in range(2):
            x, y = draw()
            loss = nn.functional.mse_loss(functional_call(model, weights, x), y)
            grads = torch.autograd.grad(loss, list(weights.values()), create_graph=True)
            weights = {
                name: weight - inner_lr * grad
                for (name, weight), grad in zip(weights.items(), grads, strict=True)
            }
        x, y = draw()
        meta_loss = meta_loss + nn.functional.mse_loss(functional_call(model, weights, x), y)
    meta_optimizer.zero_grad()
    meta_loss.backward()
    meta_optimizer.step()
    meta_scheduler.step()
