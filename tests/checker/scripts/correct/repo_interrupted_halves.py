# /// claims
# updates = 20
# first = 0.01
# peak = 0.1
# peak_at = 5
# last = 0.00109262
# [[more]]
# optimizer = 1
# updates = 8
# first = 0.01
# peak = 0.1
# peak_at = 5
# last = 0.0956773
# [[more]]
# optimizer = 2
# updates = 12
# first = 0.0904508
# peak = 0.0904508
# peak_at = 0
# last = 0.00109262
# ///
"""Shows that a resumed run is the same as an unbroken one."""

import io

import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR


def build():
    torch.manual_seed(0)
    model = nn.Linear(3, 1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.1)
    scheduler = SequentialLR(
        optimizer,
        [LinearLR(optimizer, 0.1, total_iters=5), CosineAnnealingLR(optimizer, 15)],
        milestones=[5],
    )
    return model, optimizer, scheduler


def train(model, optimizer, scheduler, updates):
    rates = []
    for _ in range(updates):
        optimizer.zero_grad()
        model(torch.ones(2, 3)).square().mean().backward()
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


whole = train(*build(), 20)
model, optimizer, scheduler = build()
first = train(model, optimizer, scheduler, 8)
buffer = io.BytesIO()
torch.save(
    {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
    },
    buffer,
)
buffer.seek(0)
state = torch.load(buffer)
model, optimizer, scheduler = build()
model.load_state_dict(state["model"])
optimizer.load_state_dict(state["optimizer"])
scheduler.load_state_dict(state["scheduler"])
second = train(model, optimizer, scheduler, 12)
assert first + second == whole
