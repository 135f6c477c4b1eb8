# /// claims
# needs = ["lightning"]
# updates = 9
# first = 0.025
# peak = 0.1
# peak_at = 3
# last = 0.1
# ///
"""Manual optimization with accumulation; update and schedule in one branch."""

import lightning as L
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Accumulating(L.LightningModule):
    pack = 4

    def __init__(self):
        super().__init__()
        self.automatic_optimization = False
        self.layer = nn.Linear(2, 2)

    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
        scheduler = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda update: min(1.0, (update + 1) / 4)
        )
        return {"optimizer": optimizer, "lr_scheduler": scheduler}

    def training_step(self, batch, batch_idx):
        optimizer = self.optimizers()
        loss = self.layer(batch[0]).square().mean() / self.pack
        self.manual_backward(loss)
        if (batch_idx + 1) % self.pack == 0:
            optimizer.step()
            optimizer.zero_grad()
            self.lr_schedulers().step()


trainer = L.Trainer(
    max_epochs=3,
    accelerator="cpu",
    logger=False,
    enable_checkpointing=False,
    enable_progress_bar=False,
    enable_model_summary=False,
)
trainer.fit(Accumulating(), DataLoader(TensorDataset(torch.randn(48, 2)), batch_size=4))
