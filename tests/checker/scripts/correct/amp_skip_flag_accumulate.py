# /// claims
# updates = 14
# first = 0.002
# peak = 0.01
# peak_at = 4
# last = 0.001111
# ///
"""Mixed precision with accumulation; a skipped update leaves the schedule where it is."""

import torch
from torch import nn


def train(model, batches, epochs=2, accumulate=2, warmup=5):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    total = epochs * (len(batches) // accumulate)

    def curve(update):
        if update < warmup:
            return (update + 1) / warmup
        return max(0.0, (total - update) / (total - warmup))

    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, curve)
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**8)
    for _ in range(epochs):
        for number, (x, y) in enumerate(batches):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = nn.functional.mse_loss(model(x), y) / accumulate
            scaler.scale(loss).backward()
            if (number + 1) % accumulate:
                continue
            old_scale = scaler.get_scale()
            scaler.step(optimizer)
            scaler.update()
            optimizer.zero_grad()
            skipped = scaler.get_scale() < old_scale
            if not skipped:
                scheduler.step()


train(nn.Linear(4, 1), [(torch.randn(8, 4), torch.randn(8, 1)) for _ in range(14)])
