# /// claims
# updates = 12
# first = 0.1
# peak = 0.1
# last = 0.00833
# ///
"""A finished run that is started again finds its schedule at the end and trains no more."""

import os

import torch

EPOCHS, PER_EPOCH = 3, 4
model = torch.nn.Linear(2, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
total = EPOCHS * PER_EPOCH
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda u: max(0.0, 1.0 - u / total))
epoch = 0
for attempt in range(2):  # the second time there is nothing left to do
    if os.path.exists("done.pt"):
        state = torch.load("done.pt")
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        scheduler.load_state_dict(state["scheduler"])
        epoch = state["epoch"]
    while epoch < EPOCHS:
        for _ in range(PER_EPOCH):
            optimizer.zero_grad()
            model(torch.randn(4, 2)).square().mean().backward()
            optimizer.step()
            scheduler.step()
        epoch += 1
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "epoch": epoch,
    }
    torch.save(state, "done.pt")
    print(attempt, scheduler.get_last_lr())
