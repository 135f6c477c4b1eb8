# /// claims
# needs = ["lightning"]
# updates = 20
# first = 0.01
# peak = 0.1
# peak_at = 9
# last = 0.1
# ///
"""Warmup in `optimizer_step`: the rate is written before the step is made."""

import lightning as L
import torch
from torch.utils.data import DataLoader, TensorDataset


class Warm(L.LightningModule):
    base_lr, warmup_steps = 0.1, 10

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(3, 3)

    def training_step(self, batch, batch_idx):
        return (self.layer(batch[0]) - batch[0]).abs().mean()

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=self.base_lr)

    def optimizer_step(self, epoch, batch_idx, optimizer, optimizer_closure):
        scale = min(1.0, float(self.trainer.global_step + 1) / self.warmup_steps)
        for group in optimizer.param_groups:
            group["lr"] = scale * self.base_lr
        optimizer.step(closure=optimizer_closure)


trainer = L.Trainer(
    max_steps=20,
    max_epochs=-1,
    accelerator="cpu",
    logger=False,
    enable_checkpointing=False,
    enable_progress_bar=False,
    enable_model_summary=False,
)
trainer.fit(Warm(), DataLoader(TensorDataset(torch.randn(40, 3)), batch_size=8))
