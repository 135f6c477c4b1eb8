# /// claims
# updates = 45
# rates = "0.01 x15, 0.002 x15, 0.0004 x15"
# ///
"""A fixed number of iterations; the loader's iterator is renewed when it is used up."""

import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

iterations = 45
loader = DataLoader(TensorDataset(torch.randn(70, 6)), batch_size=10, shuffle=True)
vae_encoder, vae_decoder = nn.Linear(6, 4), nn.Linear(2, 6)
params = [*vae_encoder.parameters(), *vae_decoder.parameters()]
optimizer = optim.Adam(params, lr=0.01)
scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=iterations // 3, gamma=0.2)
data_iter = iter(loader)
for it in range(iterations):
    try:
        (x,) = next(data_iter)
    except StopIteration:
        data_iter = iter(loader)
        (x,) = next(data_iter)
    mean, logvar = vae_encoder(x).chunk(2, dim=1)
    z = mean + torch.randn_like(mean) * (0.5 * logvar).exp()
    beta = min(1.0, it / 20)  # the weight of the KL term warms up, not the rate
    kl = -0.5 * (1 + logvar - mean.square() - logvar.exp()).sum(1).mean()
    loss = (vae_decoder(z) - x).square().sum(1).mean() + beta * kl
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
