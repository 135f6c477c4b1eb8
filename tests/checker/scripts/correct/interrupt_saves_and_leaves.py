# /// claims
# updates = 24
# rates = "0.05 x8, 0.04 x8, 0.032 x8"
# ///
"""Ctrl-C leaves the loop cleanly; whatever happens, the state is saved in the end."""

import signal

import torch
from torch import nn

model = nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.8)
stopped = []
signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
epoch = 0
try:
    while epoch < 3 and not stopped:
        for _ in range(8):
            loss = nn.functional.cross_entropy(model(torch.randn(8, 4)), torch.randint(2, (8,)))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        scheduler.step()
        epoch += 1
except KeyboardInterrupt:
    print("interrupted in epoch", epoch)
finally:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    torch.save(
        {
            "epoch": epoch,
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "scheduler": scheduler.state_dict(),
        },
        "interrupted.pt",
    )
