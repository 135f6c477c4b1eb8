# /// claims
# updates = 24
# rates = "0.1 x8, 0.05 x8, 0.025 x8"
# ///
"""Mixed precision and a schedule in epochs: no skipped update can move it."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def train_epoch(model, loader, optimizer, scaler, device):
    model.train()
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        with torch.autocast(device, dtype=torch.bfloat16):
            loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()


def main():
    device = "cuda" if torch.cuda.is_available() else "cpu"
    data = TensorDataset(torch.randn(64, 9), torch.randint(3, (64,)))
    loader = DataLoader(data, batch_size=8, shuffle=True)
    model = nn.Linear(9, 3).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
    scaler = torch.amp.GradScaler(device)
    for _ in range(3):
        train_epoch(model, loader, optimizer, scaler, device)
        scheduler.step()


if __name__ == "__main__":
    main()
