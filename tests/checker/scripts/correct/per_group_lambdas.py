# /// claims
# updates = 20
# rates = "0.0002, 0.0004, 0.0006, 0.0008, 0.001 x16"
# [[more]]
# group = 1
# rates = "0.01, 0.0095, 0.009025"
# ///
"""The first group warms up, the second decays; each lambda belongs to one group."""

import torch
from torch import nn

encoder, decoder = nn.Linear(7, 4), nn.Linear(4, 7)
optimizer = torch.optim.Adam(
    [
        {"params": encoder.parameters(), "lr": 1e-3},
        {"params": decoder.parameters(), "lr": 1e-2},
    ]
)
warm = lambda epoch: min(1.0, (epoch + 1) / 5)  # noqa: E731
fade = lambda epoch: 0.95**epoch  # noqa: E731
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lr_lambda=[warm, fade])

for _ in range(20):
    x = torch.rand(6, 7)
    optimizer.zero_grad()
    (decoder(encoder(x)) - x).abs().mean().backward()
    optimizer.step()
    scheduler.step()
