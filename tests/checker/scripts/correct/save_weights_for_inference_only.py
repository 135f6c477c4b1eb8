# /// claims
# updates = 12
# first = 0.01
# peak = 0.01
# last = 0.0002687
# ///
"""Only the weights are saved, for inference; nothing is ever resumed."""

import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR


def fit(model, steps):
    optimizer = torch.optim.NAdam(model.parameters(), lr=0.01)
    scheduler = CosineAnnealingLR(optimizer, T_max=steps, eta_min=1e-4)
    for _ in range(steps):
        x = torch.randn(10, 4)
        loss = (model(x) - x.norm(dim=1, keepdim=True)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
    return model


def predict(path, x):
    model = nn.Linear(4, 1)
    model.load_state_dict(torch.load(path, weights_only=True))
    model.eval()
    with torch.no_grad():
        return model(x)


torch.save(fit(nn.Linear(4, 1), 12).state_dict(), "weights.pt")
print(predict("weights.pt", torch.zeros(1, 4)))
