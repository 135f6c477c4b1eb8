# /// claims
# needs = ["lightning"]
# ///
"""A LightningModule alone; who trains it, and for how long, stands in another file."""

import lightning as L
import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR


class Segmenter(L.LightningModule):
    def __init__(self, classes: int = 3, lr: float = 1e-2, power: float = 0.9):
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Conv2d(3, classes, 3, padding=1)
        self.loss = nn.CrossEntropyLoss(ignore_index=255)

    def forward(self, x):
        return self.net(x)

    def training_step(self, batch, batch_idx):
        images, masks = batch
        loss = self.loss(self(images), masks)
        self.log("train/loss", loss, prog_bar=True)
        return loss

    def validation_step(self, batch, batch_idx):
        images, masks = batch
        self.log("val/loss", self.loss(self(images), masks), sync_dist=True)

    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=self.hparams.lr, momentum=0.9)
        total = self.trainer.estimated_stepping_batches
        poly = LambdaLR(optimizer, lambda step: (1 - min(step, total - 1) / total) ** 0.9)
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": poly, "interval": "step", "name": "poly"},
        }
