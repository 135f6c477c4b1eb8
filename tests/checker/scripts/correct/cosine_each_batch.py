# /// claims
# updates = 75
# first = 0.003
# peak = 0.003
# last = 1.316e-06
# ///
"""Cosine annealing over all updates of the run, stepped after each of them."""

import torch
from sklearn.datasets import load_wine
from torch import nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR
from torch.utils.data import DataLoader, TensorDataset


def get_loaders(batch_size):
    x, y = load_wine(return_X_y=True)
    x = torch.tensor(x, dtype=torch.float32)
    x = (x - x.mean(0)) / x.std(0)
    y = torch.tensor(y)
    order = torch.randperm(len(x))
    cut = int(0.8 * len(x))
    train = TensorDataset(x[order[:cut]], y[order[:cut]])
    test = TensorDataset(x[order[cut:]], y[order[cut:]])
    return DataLoader(train, batch_size, shuffle=True), DataLoader(test, batch_size)


def main(num_epochs=15, batch_size=32, lr=3e-3):
    train_loader, test_loader = get_loaders(batch_size)
    model = nn.Sequential(nn.Linear(13, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 3))
    optimizer = AdamW(model.parameters(), lr=lr)
    scheduler = CosineAnnealingLR(optimizer, T_max=num_epochs * len(train_loader))
    loss_fn = nn.CrossEntropyLoss()

    for _ in range(num_epochs):
        model.train()
        for inputs, targets in train_loader:
            loss = loss_fn(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()

    model.eval()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in test_loader)
    print(right / len(test_loader.dataset))


if __name__ == "__main__":
    main()
