# /// claims
# updates = 80
# first = 0.0002
# peak = 0.0002
# peak_at = 0
# last = 0.000196234
# [[more]]
# optimizer = 1
# updates = 80
# first = 0.0002
# peak = 0.0002
# peak_at = 0
# last = 0.000196234
# ///
"""Two nets with a decay per epoch each, continued with last_epoch from the saved initial_lr."""

import os

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def scan_checkpoint(cp_dir, prefix):
    names = sorted(name for name in os.listdir(cp_dir) if name.startswith(prefix))
    return os.path.join(cp_dir, names[-1]) if names else None


def main():
    generator, mpd = nn.Linear(8, 8), nn.Linear(8, 1)
    cp_do = scan_checkpoint(".", "do_")
    steps = 0
    if cp_do is None:
        state_dict_do = None
        last_epoch = -1
    else:
        state_dict_do = torch.load(cp_do, map_location="cpu")
        generator.load_state_dict(state_dict_do["generator"])
        mpd.load_state_dict(state_dict_do["mpd"])
        steps = state_dict_do["steps"] + 1
        last_epoch = state_dict_do["epoch"]
    optim_g = torch.optim.AdamW(generator.parameters(), 2e-4, betas=(0.8, 0.99))
    optim_d = torch.optim.AdamW(mpd.parameters(), 2e-4, betas=(0.8, 0.99))
    if state_dict_do is not None:
        optim_g.load_state_dict(state_dict_do["optim_g"])
        optim_d.load_state_dict(state_dict_do["optim_d"])
    scheduler_g = torch.optim.lr_scheduler.ExponentialLR(
        optim_g, gamma=0.999, last_epoch=last_epoch
    )
    scheduler_d = torch.optim.lr_scheduler.ExponentialLR(
        optim_d, gamma=0.999, last_epoch=last_epoch
    )
    loader = DataLoader(TensorDataset(torch.randn(64, 8)), batch_size=16)
    for epoch in range(max(0, last_epoch), 20):
        for (x,) in loader:
            fake = generator(x)
            optim_d.zero_grad()
            (mpd(x) - mpd(fake.detach())).mean().backward()
            optim_d.step()
            optim_g.zero_grad()
            mpd(fake).mean().neg().backward()
            optim_g.step()
            if steps % 50 == 0 and steps != 0:
                torch.save(
                    {
                        "generator": generator.state_dict(),
                        "mpd": mpd.state_dict(),
                        "optim_g": optim_g.state_dict(),
                        "optim_d": optim_d.state_dict(),
                        "steps": steps,
                        "epoch": epoch,
                    },
                    f"do_{steps:08d}",
                )
            steps += 1
        scheduler_g.step()
        scheduler_d.step()


main()
