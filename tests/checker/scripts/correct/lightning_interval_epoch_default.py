# /// claims
# needs = ["lightning"]
# updates = 24
# rates = "0.1 x4, 0.0933 x4, 0.075 x4, 0.05 x4, 0.025 x4, 0.0067 x4"
# ///
"""Lists of optimizers and schedulers: Lightning steps them once per epoch, as T_max wants."""

import lightning.pytorch as pl
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

MAX_EPOCHS = 6


class LitAutoencoder(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(6, 2)
        self.decoder = nn.Linear(2, 6)

    def training_step(self, batch, batch_idx):
        (x,) = batch
        return (self.decoder(self.encoder(x)) - x).square().mean()

    def configure_optimizers(self):
        optimizer = optim.SGD(self.parameters(), lr=0.1)
        scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=MAX_EPOCHS)
        return [optimizer], [scheduler]


trainer = pl.Trainer(
    max_epochs=MAX_EPOCHS,
    accelerator="cpu",
    logger=False,
    enable_checkpointing=False,
    enable_progress_bar=False,
    enable_model_summary=False,
)
trainer.fit(LitAutoencoder(), DataLoader(TensorDataset(torch.randn(32, 6)), batch_size=8))
