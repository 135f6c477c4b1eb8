# /// claims
# updates = 150
# first = 0
# peak = 1.5625e-05
# peak_at = 29
# last = 1.00251e-06
# ///
"""Rates and weight decays precomputed for every update; a resume goes on by the epoch."""

import argparse
import math
import os

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def cosine_scheduler(base_value, final_value, epochs, niter_per_ep, warmup_epochs=0, start=0.0):
    warmup_iters = warmup_epochs * niter_per_ep
    warmup = np.linspace(start, base_value, warmup_iters) if warmup_epochs > 0 else np.array([])
    iters = np.arange(epochs * niter_per_ep - warmup_iters)
    schedule = final_value + 0.5 * (base_value - final_value) * (
        1 + np.cos(np.pi * iters / len(iters))
    )
    return np.concatenate((warmup, schedule))


def restart_from_checkpoint(path, variables=None, **kwargs):
    if not os.path.isfile(path):
        return
    checkpoint = torch.load(path, map_location="cpu")
    for key, value in kwargs.items():
        if key in checkpoint and value is not None:
            value.load_state_dict(checkpoint[key])
    if variables is not None:
        for name in variables:
            if name in checkpoint:
                variables[name] = checkpoint[name]


def train(args):
    data = TensorDataset(torch.randn(120, 8))
    loader = DataLoader(data, batch_size=args.batch_size, drop_last=True)
    student, teacher = nn.Linear(8, 4), nn.Linear(8, 4)
    optimizer = torch.optim.AdamW(student.parameters())
    scaler = torch.amp.GradScaler("cpu", enabled=args.use_fp16)
    lr_schedule = cosine_scheduler(
        args.lr * args.batch_size / 256, args.min_lr, args.epochs, len(loader), args.warmup_epochs
    )
    wd_schedule = cosine_scheduler(0.04, 0.4, args.epochs, len(loader))
    to_restore = {"epoch": 0}
    restart_from_checkpoint(
        os.path.join(args.output_dir, "checkpoint.pth"),
        variables=to_restore,
        student=student,
        teacher=teacher,
        optimizer=optimizer,
        scaler=scaler,
    )
    start_epoch = to_restore["epoch"]
    for epoch in range(start_epoch, args.epochs):
        for it, (x,) in enumerate(loader):
            it = len(loader) * epoch + it
            for i, group in enumerate(optimizer.param_groups):
                group["lr"] = lr_schedule[it]
                if i == 0:
                    group["weight_decay"] = wd_schedule[it]
            loss = (student(x) - teacher(x).detach()).square().mean()
            if not math.isfinite(loss.item()):
                raise SystemExit(1)
            optimizer.zero_grad()
            scaler.scale(loss).backward()
            if args.clip_grad:
                scaler.unscale_(optimizer)
                nn.utils.clip_grad_norm_(student.parameters(), args.clip_grad)
            scaler.step(optimizer)
            scaler.update()
        state = {
            "student": student.state_dict(),
            "teacher": teacher.state_dict(),
            "optimizer": optimizer.state_dict(),
            "epoch": epoch + 1,
            "args": args,
            "scaler": scaler.state_dict(),
        }
        torch.save(state, os.path.join(args.output_dir, "checkpoint.pth"))
        print(epoch, optimizer.param_groups[0]["lr"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch_size", default=8, type=int)
    parser.add_argument("--epochs", default=10, type=int)
    parser.add_argument("--warmup_epochs", default=2, type=int)
    parser.add_argument("--lr", default=0.0005, type=float)
    parser.add_argument("--min_lr", default=1e-6, type=float)
    parser.add_argument("--clip_grad", default=3.0, type=float)
    parser.add_argument("--use_fp16", action="store_true")
    parser.add_argument("--output_dir", default=".")
    train(parser.parse_args())
