# /// claims
# needs = ["lightning"]
# updates = 24
# first = 0.005
# peak = 0.02
# peak_at = 3
# last = 0.0005064
# ///
"""rampup in Lightning, whatever the interval: the clock is the optimizer."""

import lightning as L
import torch
from torch.utils.data import DataLoader, TensorDataset

from rampup import RampupLR, decay, warmup


class Regression(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(3, 1)

    def training_step(self, batch, batch_idx):
        (x,) = batch
        return (self.layer(x).squeeze(1) - x.sum(1)).square().mean()

    def configure_optimizers(self):
        optimizer = torch.optim.Adam(self.parameters(), lr=0.02)
        scheduler = RampupLR(
            optimizer,
            warmup(4) >> decay("1-sqrt", to=0.0),
            updates=self.trainer.estimated_stepping_batches,
        )
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": scheduler, "interval": "step"},
        }


trainer = L.Trainer(
    max_epochs=3,
    accelerator="cpu",
    logger=False,
    enable_checkpointing=False,
    enable_progress_bar=False,
    enable_model_summary=False,
)
trainer.fit(Regression(), DataLoader(TensorDataset(torch.randn(64, 3)), batch_size=8))
