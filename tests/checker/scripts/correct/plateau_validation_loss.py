# /// claims
# updates = 80
# first = 0.05
# peak = 0.05
# last = 0.05
# ///
"""Reduce the rate when the validation loss stops falling; stop when it has for long."""

import torch
from torch import nn
from torch.optim.lr_scheduler import ReduceLROnPlateau
from torch.utils.data import DataLoader, TensorDataset, random_split


def evaluate(model, loader, criterion):
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for x, y in loader:
            total += criterion(model(x), y).item() * len(x)
            count += len(x)
    return total / count


def main():
    x = torch.linspace(-1, 1, 200).unsqueeze(1)
    data = TensorDataset(x, 2 * x + 0.3)
    train_set, valid_set = random_split(data, [160, 40])
    train_loader = DataLoader(train_set, batch_size=20, shuffle=True)
    valid_loader = DataLoader(valid_set, batch_size=40)

    model = nn.Linear(1, 1)
    criterion = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    scheduler = ReduceLROnPlateau(optimizer, mode="min", factor=0.1, patience=2)

    best, waited = float("inf"), 0
    for epoch in range(10):
        model.train()
        for batch, target in train_loader:
            optimizer.zero_grad()
            criterion(model(batch), target).backward()
            optimizer.step()
        val_loss = evaluate(model, valid_loader, criterion)
        scheduler.step(val_loss)
        if val_loss < best:
            best, waited = val_loss, 0
        else:
            waited += 1
            if waited > 5:
                break
        print(epoch, val_loss, optimizer.param_groups[0]["lr"])


main()
