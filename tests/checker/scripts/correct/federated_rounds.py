# /// claims
# updates = 8
# rates = "0.1 x4, 0.1 x4"
# [[more]]
# optimizer = 1
# updates = 8
# rates = "0.1 x4, 0.1 x4"
# [[more]]
# optimizer = 2
# updates = 8
# rates = "0.08 x8"
# [[more]]
# optimizer = 3
# updates = 8
# rates = "0.08 x8"
# ///
"""Federated averaging: the server lowers the clients' rate from round to round."""

import copy

import torch
from torch import nn


def client_update(model, lr, seed):
    generator = torch.Generator().manual_seed(seed)
    local = copy.deepcopy(model)
    optimizer = torch.optim.SGD(local.parameters(), lr=lr)
    for _ in range(8):
        x = torch.randn(8, 3, generator=generator)
        optimizer.zero_grad()
        (local(x) - x[:, :1]).square().mean().backward()
        optimizer.step()
    return local.state_dict()


server = nn.Linear(3, 1)
client_lr = 0.1
for communication_round in range(2):
    states = [client_update(server, client_lr, seed) for seed in range(2)]
    server.load_state_dict(
        {name: torch.stack([s[name] for s in states]).mean(0) for name in states[0]}
    )
    client_lr *= 0.8
