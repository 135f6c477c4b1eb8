# /// claims
# updates = 80
# first = 0.00002
# peak = 0.02
# peak_at = 19
# last = 0.002
# ///
"""Detection in the manner of the reference scripts of torchvision.

In the first epoch a second scheduler warms up per iteration; when it has ended, the rate is the
base rate, and StepLR goes on from there once per epoch.
"""

import math
import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Boxes(Dataset):
    def __init__(self, count):
        self.count = count

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        generator = torch.Generator().manual_seed(index)
        box = torch.rand(4, generator=generator)
        image = torch.rand(3, 8, 8, generator=generator) + box.mean()
        return image, {"box": box, "label": int(box[0] > 0.5)}


def collate_fn(batch):
    images, targets = zip(*batch, strict=True)
    return torch.stack(images), list(targets)


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 4, 3, 2), nn.ReLU(), nn.Flatten())
        self.box, self.label = nn.Linear(36, 4), nn.Linear(36, 2)

    def forward(self, images, targets):
        features = self.features(images)
        boxes = torch.stack([target["box"] for target in targets])
        labels = torch.tensor([target["label"] for target in targets])
        return {
            "loss_box": nn.functional.smooth_l1_loss(self.box(features), boxes),
            "loss_label": nn.functional.cross_entropy(self.label(features), labels),
        }


def train_one_epoch(model, optimizer, data_loader, epoch):
    model.train()
    lr_scheduler = None
    if epoch == 0:
        warmup_factor = 1.0 / 1000
        warmup_iters = min(1000, len(data_loader) - 1)
        lr_scheduler = torch.optim.lr_scheduler.LinearLR(
            optimizer, start_factor=warmup_factor, total_iters=warmup_iters
        )
    for images, targets in data_loader:
        losses = model(images, targets)
        loss = sum(losses.values())
        if not math.isfinite(loss.item()):
            print(f"Loss is {loss.item()}, stopping training")
            sys.exit(1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if lr_scheduler is not None:
            lr_scheduler.step()


def main(num_epochs=4):
    data_loader = DataLoader(Boxes(80), batch_size=4, shuffle=True, collate_fn=collate_fn)
    model = Detector()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9, weight_decay=1e-4)
    lr_scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=3, gamma=0.1)
    for epoch in range(num_epochs):
        train_one_epoch(model, optimizer, data_loader, epoch)
        lr_scheduler.step()


if __name__ == "__main__":
    main()
