# /// claims
# updates = 21
# first = 0.05
# peak = 0.05
# last = 0.0001134
# ///
"""The loop is a generator that yields after every update; the caller decides when to stop."""

import itertools

import torch
from torch import nn


def updates(model, stream, total):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    scheduler = torch.optim.lr_scheduler.PolynomialLR(optimizer, total_iters=total, power=2)
    for number, x in enumerate(itertools.islice(stream, total)):
        loss = (model(x) - x).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield number, scheduler.get_last_lr()[0], loss.item()
        scheduler.step()


def stream():
    while True:
        yield torch.randn(8, 4)


for number, lr, loss in updates(nn.Linear(4, 4), stream(), total=21):
    if number % 5 == 0:
        print(number, lr, loss)
