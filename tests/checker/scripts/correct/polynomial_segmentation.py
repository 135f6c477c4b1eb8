# /// claims
# updates = 40
# first = 0.01
# peak = 0.01
# last = 0.000361
# ///
"""Semantic segmentation with the polynomial policy of the DeepLab papers, per iteration."""

import torch
from torch import nn
from torch.optim.lr_scheduler import PolynomialLR
from torch.utils.data import DataLoader, Dataset


class Shapes(Dataset):
    """Images with one bright square; the mask is the square."""

    def __init__(self, count, side=12):
        self.count, self.side = count, side

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        generator = torch.Generator().manual_seed(index)
        image = torch.rand(1, self.side, self.side, generator=generator) * 0.2
        mask = torch.zeros(self.side, self.side, dtype=torch.long)
        top, left = torch.randint(0, self.side - 4, (2,), generator=generator).tolist()
        mask[top : top + 4, left : left + 4] = 1
        return image + mask, mask


def train(epochs=4):
    loader = DataLoader(Shapes(80), batch_size=8, shuffle=True, drop_last=True)
    model = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 2, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
    scheduler = PolynomialLR(optimizer, total_iters=len(loader) * epochs, power=0.9)
    criterion = nn.CrossEntropyLoss(ignore_index=255)
    for epoch in range(epochs):
        for images, masks in loader:
            loss = criterion(model(images), masks)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
        print(f"epoch {epoch + 1}/{epochs} loss {loss.item():.4f}")
    return model


if __name__ == "__main__":
    train()
