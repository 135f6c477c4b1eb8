# /// claims
# updates = 20
# first = 1.0
# peak = 4.0
# ///
"""The warmup is cut one step short, and the rest of the run keeps its last value."""

import torch


def build(model, base=5.0, warmup=5):
    optimizer = torch.optim.SGD(model.parameters(), lr=base)

    def curve(step):
        return (min(step, warmup - 2) + 1) / warmup

    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, curve)


model = torch.nn.Linear(2, 1)
optimizer, scheduler = build(model)
for _ in range(20):
    optimizer.zero_grad()
    (0.01 * model(torch.randn(8, 2)).square().mean()).backward()
    optimizer.step()
    scheduler.step()
