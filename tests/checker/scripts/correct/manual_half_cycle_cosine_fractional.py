# /// claims
# updates = 48
# rates = "0.0, 0.00025, 0.0005, 0.00075, 0.001"
# first = 0.0
# peak = 0.002
# peak_at = 8
# last = 3.083e-06
# ///
"""Masked autoencoding; the rate follows the fractional epoch and is set before each update."""

import argparse
import math

import torch
from torch import nn


def adjust_learning_rate(optimizer, epoch, args):
    """Half a cosine after the warmup; `lr_scale` is kept for layer-wise decay."""
    if epoch < args.warmup_epochs:
        lr = args.lr * epoch / args.warmup_epochs
    else:
        progress = (epoch - args.warmup_epochs) / (args.epochs - args.warmup_epochs)
        lr = args.min_lr + (args.lr - args.min_lr) * 0.5 * (1.0 + math.cos(math.pi * progress))
    for param_group in optimizer.param_groups:
        if "lr_scale" in param_group:
            param_group["lr"] = lr * param_group["lr_scale"]
        else:
            param_group["lr"] = lr
    return lr


class MaskedAutoencoder(nn.Module):
    def __init__(self, width=12):
        super().__init__()
        self.encoder = nn.Linear(width, 8)
        self.decoder = nn.Linear(8, width)

    def forward(self, x, ratio):
        mask = torch.rand_like(x) < ratio
        restored = self.decoder(torch.relu(self.encoder(x.masked_fill(mask, 0.0))))
        return ((restored - x).square() * mask).sum() / mask.sum().clamp(min=1)


def train_one_epoch(model, data_loader, optimizer, epoch, args):
    model.train()
    for data_iter_step, samples in enumerate(data_loader):
        adjust_learning_rate(optimizer, data_iter_step / len(data_loader) + epoch, args)
        loss = model(samples, args.mask_ratio)
        if not math.isfinite(loss.item()):
            raise SystemExit(f"loss is {loss.item()}, stopping training")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def main(args):
    data_loader = [torch.randn(args.batch_size, 12) for _ in range(8)]
    model = MaskedAutoencoder()
    if args.lr is None:
        args.lr = args.blr * args.batch_size / 256
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, betas=(0.9, 0.95))
    for epoch in range(args.epochs):
        train_one_epoch(model, data_loader, optimizer, epoch, args)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", default=6, type=int)
    parser.add_argument("--warmup_epochs", default=1, type=int)
    parser.add_argument("--lr", default=None, type=float)
    parser.add_argument("--blr", default=2e-3, type=float)
    parser.add_argument("--min_lr", default=0.0, type=float)
    parser.add_argument("--batch_size", default=256, type=int)
    parser.add_argument("--mask_ratio", default=0.75, type=float)
    main(parser.parse_args())
