# /// claims
# updates = 20
# rates = "0.01 x20"
# [[more]]
# optimizer = 1
# updates = 30
# first = 0.0001
# peak = 0.001
# last = 4.278e-06
# ///
"""First the head with a constant rate; then everything, with a new optimizer and schedule."""

import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(8, 8), nn.ReLU())
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        return self.head(self.backbone(x))


def run_epochs(model, optimizer, scheduler, epochs, batches=10):
    for _ in range(epochs):
        for _ in range(batches):
            x = torch.randn(8, 8)
            loss = nn.functional.smooth_l1_loss(model(x), x[:, :4])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if scheduler is not None:
                scheduler.step()


model = Detector()
for parameter in model.backbone.parameters():
    parameter.requires_grad = False
head_optimizer = torch.optim.SGD(model.head.parameters(), lr=0.01)
run_epochs(model, head_optimizer, None, epochs=2)

for parameter in model.backbone.parameters():
    parameter.requires_grad = True
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
warm = LinearLR(optimizer, start_factor=0.1, total_iters=6)
cool = CosineAnnealingLR(optimizer, T_max=24)
scheduler = SequentialLR(optimizer, [warm, cool], milestones=[6])
run_epochs(model, optimizer, scheduler, epochs=3)
