# /// claims
# updates = 20
# rates = "0, 0.0001, 0.0002, 0.0003, 0.0004, 0.0005"
# peak = 0.0005
# ///
"""A rate written by hand from the iteration, which begins at zero."""

import torch

learning_rate, warmup_iters, max_iters = 5e-4, 5, 20
model = torch.nn.Linear(3, 3)
optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)


def get_lr(it):
    if it < warmup_iters:
        return learning_rate * it / warmup_iters
    return learning_rate


for iter_num in range(max_iters):
    lr = get_lr(iter_num)
    for param_group in optimizer.param_groups:
        param_group["lr"] = lr
    loss = model(torch.randn(4, 3)).abs().mean()
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
