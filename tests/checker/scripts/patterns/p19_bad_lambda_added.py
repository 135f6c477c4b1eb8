# /// claims
# updates = 5
# raises = "ValueError"
# rates = "0.002, 0.004, 0.006, 0.008, 0.01"
# ///
"""Unfreezing adds a group that LambdaLR has no lambda for: it raises at the next step."""

import torch
from torch import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Linear(4, 4)
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.backbone(x))


def main(epochs=4, unfreeze_at=1):
    model = Model()
    model.backbone.requires_grad_(False)
    optimizer = torch.optim.Adam(model.head.parameters(), lr=0.01)
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / 5)
    )
    for epoch in range(epochs):
        if epoch == unfreeze_at:
            model.backbone.requires_grad_(True)
            optimizer.add_param_group({"params": model.backbone.parameters()})
        for _ in range(4):
            optimizer.zero_grad()
            model(torch.randn(4, 4)).square().mean().backward()
            optimizer.step()
            scheduler.step()


main()
