# /// claims
# raises = "KeyError"
# ///
"""A new optimizer has no `initial_lr`, which any `last_epoch` other than -1 needs."""

import torch
from torch import nn


def main():
    epoch_str, global_step = 3, 30  # as read off the name of a checkpoint
    net_g, net_d = nn.Linear(2, 2), nn.Linear(2, 1)
    optim_g = torch.optim.AdamW(net_g.parameters(), 2e-4, betas=(0.8, 0.99))
    optim_d = torch.optim.AdamW(net_d.parameters(), 2e-4, betas=(0.8, 0.99))
    scheduler_g = torch.optim.lr_scheduler.ExponentialLR(
        optim_g, gamma=0.999, last_epoch=epoch_str - 2
    )
    scheduler_d = torch.optim.lr_scheduler.ExponentialLR(
        optim_d, gamma=0.999, last_epoch=epoch_str - 2
    )
    for _ in range(epoch_str, 6):
        fake = net_g(torch.randn(4, 2))
        optim_d.zero_grad()
        net_d(fake.detach()).mean().backward()
        optim_d.step()
        optim_g.zero_grad()
        net_d(fake).mean().neg().backward()
        optim_g.step()
        global_step += 1
        scheduler_g.step()
        scheduler_d.step()


main()
