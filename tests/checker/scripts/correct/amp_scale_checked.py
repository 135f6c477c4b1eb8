# /// claims
# updates = 30
# first = 0.0001
# peak = 0.001
# peak_at = 9
# last = 0.001
# ///
"""Mixed precision; the scheduler is stepped only where the scaler did not skip the update."""

import torch
from torch import nn
from torch.amp import GradScaler, autocast

device = "cuda" if torch.cuda.is_available() else "cpu"
model = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 4)).to(device)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, (s + 1) / 10))
scaler = GradScaler(device)

for _ in range(30):
    x = torch.randn(8, 16, device=device)
    y = torch.randint(4, (8,), device=device)
    optimizer.zero_grad()
    with autocast(device, dtype=torch.float16 if device == "cuda" else torch.bfloat16):
        loss = nn.functional.cross_entropy(model(x), y)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scale_before = scaler.get_scale()
    scaler.step(optimizer)
    scaler.update()
    if scaler.get_scale() >= scale_before:
        scheduler.step()
