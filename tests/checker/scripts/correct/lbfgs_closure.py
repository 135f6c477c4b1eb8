# /// claims
# updates = 10
# rates = "1.0 x5, 0.5 x5"
# ///
"""L-BFGS with a closure; the rate is halved after five of its steps."""

import torch

points = torch.tensor([-1.2, 1.0], requires_grad=True)
optimizer = torch.optim.LBFGS([points], lr=1.0, max_iter=4, line_search_fn="strong_wolfe")
scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[5], gamma=0.5)


def rosenbrock():
    a, b = points
    return (1 - a) ** 2 + 100 * (b - a**2) ** 2


for _ in range(10):

    def closure():
        optimizer.zero_grad()
        loss = rosenbrock()
        loss.backward()
        return loss

    optimizer.step(closure)
    scheduler.step()
print(points.tolist())
