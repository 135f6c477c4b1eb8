# /// claims
# needs = ["lightning"]
# updates = 12
# rates = "0.0002 x4, 0.000133 x4, 0.0000667 x4"
# [[more]]
# optimizer = 1
# updates = 12
# rates = "0.0004 x4, 0.000267 x4, 0.000133 x4"
# ///
"""A GAN with manual optimization: both schedules are stepped at the end of the epoch."""

import lightning as L
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class GAN(L.LightningModule):
    def __init__(self, epochs=3, latent=4):
        super().__init__()
        self.automatic_optimization = False
        self.epochs, self.latent = epochs, latent
        self.generator = nn.Sequential(nn.Linear(latent, 8), nn.ReLU(), nn.Linear(8, 2))
        self.discriminator = nn.Sequential(nn.Linear(2, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
        self.criterion = nn.BCEWithLogitsLoss()

    def configure_optimizers(self):
        opt_g = torch.optim.Adam(self.generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
        opt_d = torch.optim.Adam(self.discriminator.parameters(), lr=4e-4, betas=(0.5, 0.999))
        linear = lambda epoch: 1 - epoch / self.epochs  # noqa: E731
        schedulers = [
            torch.optim.lr_scheduler.LambdaLR(opt_g, linear),
            torch.optim.lr_scheduler.LambdaLR(opt_d, linear),
        ]
        return [opt_g, opt_d], schedulers

    def training_step(self, batch, batch_idx):
        opt_g, opt_d = self.optimizers()
        (real,) = batch
        noise = torch.randn(len(real), self.latent)
        ones, zeros = torch.ones(len(real), 1), torch.zeros(len(real), 1)

        fake = self.generator(noise)
        g_loss = self.criterion(self.discriminator(fake), ones)
        opt_g.zero_grad()
        self.manual_backward(g_loss)
        opt_g.step()

        d_loss = self.criterion(self.discriminator(real), ones)
        d_loss = d_loss + self.criterion(self.discriminator(fake.detach()), zeros)
        opt_d.zero_grad()
        self.manual_backward(d_loss)
        opt_d.step()

    def on_train_epoch_end(self):
        for scheduler in self.lr_schedulers():
            scheduler.step()


if __name__ == "__main__":
    trainer = L.Trainer(
        max_epochs=3,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(GAN(), DataLoader(TensorDataset(torch.randn(32, 2)), batch_size=8))
