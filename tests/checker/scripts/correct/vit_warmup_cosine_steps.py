# /// claims
# updates = 60
# first = 1e-5
# peak = 1e-3
# peak_at = 6
# last = 8.46e-7
# ///
"""A vision transformer in small: linear warmup for a tenth of the updates, then cosine."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR
from torch.utils.data import DataLoader, TensorDataset


@dataclass
class TrainConfig:
    epochs: int = 6
    batch_size: int = 12
    lr: float = 1e-3
    weight_decay: float = 0.05
    warmup_fraction: float = 0.1
    dim: int = 16
    heads: int = 2
    depth: int = 1
    patch: int = 4
    image: int = 8
    classes: int = 4


class TinyViT(nn.Module):
    def __init__(self, cfg: TrainConfig):
        super().__init__()
        tokens = (cfg.image // cfg.patch) ** 2
        self.patchify = nn.Conv2d(3, cfg.dim, cfg.patch, cfg.patch)
        self.position = nn.Parameter(torch.zeros(1, tokens, cfg.dim))
        layer = nn.TransformerEncoderLayer(
            cfg.dim, cfg.heads, 2 * cfg.dim, dropout=0.0, batch_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, cfg.depth)
        self.head = nn.Linear(cfg.dim, cfg.classes)

    def forward(self, images):
        tokens = self.patchify(images).flatten(2).transpose(1, 2) + self.position
        return self.head(self.encoder(tokens).mean(1))


def build_scheduler(optimizer, cfg: TrainConfig, steps_per_epoch: int):
    total_steps = cfg.epochs * steps_per_epoch
    warmup_steps = int(cfg.warmup_fraction * total_steps)
    warmup = LinearLR(optimizer, start_factor=0.01, total_iters=warmup_steps)
    cosine = CosineAnnealingLR(optimizer, T_max=total_steps - warmup_steps)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[warmup_steps])


def main():
    cfg = TrainConfig()
    data = TensorDataset(torch.randn(120, 3, 8, 8), torch.randint(cfg.classes, (120,)))
    loader = DataLoader(data, batch_size=cfg.batch_size, shuffle=True)
    model = TinyViT(cfg)
    optimizer = torch.optim.AdamW(model.parameters(), lr=cfg.lr, weight_decay=cfg.weight_decay)
    scheduler = build_scheduler(optimizer, cfg, len(loader))

    step = 0
    for epoch in range(cfg.epochs):
        for images, labels in loader:
            lr = optimizer.param_groups[0]["lr"]
            loss = nn.functional.cross_entropy(model(images), labels, label_smoothing=0.1)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            scheduler.step()
            step += 1
        print(f"epoch={epoch} step={step} lr={lr:.2e} loss={loss.item():.3f}")


if __name__ == "__main__":
    main()
