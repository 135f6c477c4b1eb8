# /// claims
# updates = 40
# first = 0.0002
# peak = 0.0002
# last = 9.566e-05
# [[more]]
# optimizer = 1
# updates = 40
# first = 0.0001
# peak = 0.0001
# last = 3.806e-06
# ///
"""A GAN on a ring of Gaussians; each network has an optimizer and a schedule of its own."""

import math

import torch
from torch import nn, optim

EPOCHS, BATCHES, LATENT = 8, 5, 4


def ring(count, modes=8):
    angle = 2 * math.pi * torch.randint(modes, (count,)) / modes
    return torch.stack([angle.cos(), angle.sin()], 1) + 0.05 * torch.randn(count, 2)


netG = nn.Sequential(nn.Linear(LATENT, 16), nn.ReLU(), nn.Linear(16, 2))
netD = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
criterion = nn.BCEWithLogitsLoss()
optimizerD = optim.Adam(netD.parameters(), lr=2e-4, betas=(0.5, 0.999))
optimizerG = optim.Adam(netG.parameters(), lr=1e-4, betas=(0.5, 0.999))
schedulerD = optim.lr_scheduler.ExponentialLR(optimizerD, gamma=0.9)
schedulerG = optim.lr_scheduler.CosineAnnealingLR(optimizerG, T_max=EPOCHS)

for epoch in range(EPOCHS):
    for _ in range(BATCHES):
        # the discriminator
        netD.zero_grad()
        real = ring(16)
        errD_real = criterion(netD(real), torch.ones(16, 1))
        fake = netG(torch.randn(16, LATENT))
        errD_fake = criterion(netD(fake.detach()), torch.zeros(16, 1))
        errD = errD_real + errD_fake
        errD.backward()
        optimizerD.step()
        # the generator
        netG.zero_grad()
        errG = criterion(netD(fake), torch.ones(16, 1))
        errG.backward()
        optimizerG.step()
    schedulerD.step()
    schedulerG.step()
    print(f"[{epoch}/{EPOCHS}] D {errD.item():.3f} G {errG.item():.3f}")
