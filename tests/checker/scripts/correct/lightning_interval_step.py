# /// claims
# needs = ["lightning"]
# updates = 30
# first = 0.0005
# peak = 0.005
# peak_at = 3
# last = 1.69e-05
# ///
"""A LightningModule whose schedule counts updates, as its dictionary says."""

import lightning as L
import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR
from torch.utils.data import DataLoader, TensorDataset


class Classifier(L.LightningModule):
    def __init__(self, lr=5e-3, warmup_steps=3, max_steps=30):
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Linear(8, 3)

    def training_step(self, batch, batch_idx):
        x, y = batch
        return nn.functional.cross_entropy(self.net(x), y)

    def configure_optimizers(self):
        hp = self.hparams
        optimizer = torch.optim.AdamW(self.parameters(), lr=hp.lr)
        scheduler = SequentialLR(
            optimizer,
            [
                LinearLR(optimizer, start_factor=0.1, total_iters=hp.warmup_steps),
                CosineAnnealingLR(optimizer, T_max=hp.max_steps - hp.warmup_steps),
            ],
            milestones=[hp.warmup_steps],
        )
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": scheduler, "interval": "step", "frequency": 1},
        }


if __name__ == "__main__":
    loader = DataLoader(TensorDataset(torch.randn(80, 8), torch.randint(3, (80,))), 8)
    trainer = L.Trainer(
        max_epochs=3,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(Classifier(), loader)
