# /// claims
# updates = 40
# resume = [["--stop-after", "2"], []]
# first = 0.001
# peak = 0.01
# peak_at = 12
# last = 3.144e-05
# ///
"""Resume: everything is built first, then the state of each object is loaded."""

import argparse
from pathlib import Path

import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=5)
parser.add_argument("--stop-after", type=int, default=None)
parser.add_argument("--checkpoint", type=Path, default=Path("checkpoint.pt"))
args = parser.parse_args()

batches = [(torch.randn(8, 6), torch.randint(2, (8,))) for _ in range(8)]
model = nn.Linear(6, 2)
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
warmup_steps = 12
scheduler = SequentialLR(
    optimizer,
    [
        LinearLR(optimizer, 0.1, total_iters=warmup_steps),
        CosineAnnealingLR(optimizer, T_max=args.epochs * len(batches) - warmup_steps),
    ],
    milestones=[warmup_steps],
)
start_epoch = 0
if args.checkpoint.exists():
    state = torch.load(args.checkpoint, weights_only=True)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    scheduler.load_state_dict(state["scheduler"])
    start_epoch = state["epoch"]

for epoch in range(start_epoch, args.epochs):
    for x, y in batches:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
        scheduler.step()
    torch.save(
        {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "scheduler": scheduler.state_dict(),
            "epoch": epoch + 1,
        },
        args.checkpoint,
    )
    if args.stop_after is not None and epoch + 1 == args.stop_after:
        break
