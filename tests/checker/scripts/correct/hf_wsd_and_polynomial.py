# /// claims
# needs = ["transformers"]
# updates = 40
# first = 0.0
# peak = 0.002
# peak_at = 5
# last = 4.894e-05
# [[more]]
# optimizer = 1
# updates = 40
# first = 0.0
# peak = 0.01
# peak_at = 5
# last = 0.0001081
# ///
"""Warmup-stable-decay for the model, polynomial decay for the probe on top of it."""

import torch
from torch import nn
from transformers.optimization import (
    get_polynomial_decay_schedule_with_warmup,
    get_wsd_schedule,
)

STEPS, WARMUP, DECAY = 40, 5, 10
backbone = nn.GRU(4, 8, batch_first=True)
probe = nn.Linear(8, 1)
backbone_optimizer = torch.optim.AdamW(backbone.parameters(), lr=2e-3)
probe_optimizer = torch.optim.SGD(probe.parameters(), lr=1e-2)
backbone_schedule = get_wsd_schedule(
    backbone_optimizer,
    num_warmup_steps=WARMUP,
    num_decay_steps=DECAY,
    num_stable_steps=STEPS - WARMUP - DECAY,
)
probe_schedule = get_polynomial_decay_schedule_with_warmup(
    probe_optimizer, WARMUP, STEPS, lr_end=1e-4, power=2.0
)

for _ in range(STEPS):
    series = torch.randn(6, 5, 4).cumsum(1)
    states, _ = backbone(series)
    loss = (probe(states[:, -1]).squeeze(1) - series.sum((1, 2))).square().mean() / 50
    backbone_optimizer.zero_grad()
    probe_optimizer.zero_grad()
    loss.backward()
    backbone_optimizer.step()
    probe_optimizer.step()
    backbone_schedule.step()
    probe_schedule.step()
