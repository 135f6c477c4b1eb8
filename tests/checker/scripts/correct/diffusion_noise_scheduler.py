# /// claims
# updates = 30
# first = 0.0001
# peak = 0.001
# peak_at = 9
# last = 0.001
# ///
"""A tiny diffusion model: `noise_scheduler.step` belongs to sampling, `lr_scheduler` to training."""

import torch
from torch import nn


class DDPMScheduler:
    def __init__(self, num_train_timesteps=20):
        self.num_train_timesteps = num_train_timesteps
        self.betas = torch.linspace(1e-4, 0.2, num_train_timesteps)
        self.alphas_cumprod = torch.cumprod(1 - self.betas, 0)
        self.timesteps = torch.arange(num_train_timesteps - 1, -1, -1)

    def add_noise(self, x, noise, t):
        kept = self.alphas_cumprod[t].unsqueeze(1)
        return kept.sqrt() * x + (1 - kept).sqrt() * noise

    def step(self, predicted, t, x):
        beta, kept = self.betas[t], self.alphas_cumprod[t]
        mean = (x - beta / (1 - kept).sqrt() * predicted) / (1 - beta).sqrt()
        return mean + beta.sqrt() * torch.randn_like(x) * (t > 0)


class Denoiser(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(3, 16), nn.SiLU(), nn.Linear(16, 2))

    def forward(self, x, t):
        return self.net(torch.cat([x, t[:, None] / 20], 1))


@torch.no_grad()
def sample(model, noise_scheduler, count=4):
    x = torch.randn(count, 2)
    for t in noise_scheduler.timesteps:
        x = noise_scheduler.step(model(x, t.repeat(count).float()), t, x)
    return x


noise_scheduler = DDPMScheduler()
model = Denoiser()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
lr_scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lambda step: min(1.0, (step + 1) / 10)
)
for _ in range(30):
    clean = torch.randn(16, 2) * 0.1 + 1
    noise = torch.randn_like(clean)
    t = torch.randint(noise_scheduler.num_train_timesteps, (16,))
    noisy = noise_scheduler.add_noise(clean, noise, t)
    loss = nn.functional.mse_loss(model(noisy, t.float()), noise)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    lr_scheduler.step()
print(sample(model, noise_scheduler))
