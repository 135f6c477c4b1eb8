# /// claims
# needs = ["lightning"]
# updates = 24
# first = 0.002
# peak = 0.02
# peak_at = 6
# last = 0.001111
# ///
"""Lightning Fabric: an own loop; the scheduler is built on the optimizer before setup."""

import torch
from lightning.fabric import Fabric
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def main():
    fabric = Fabric(accelerator="cpu", devices=1)
    fabric.launch()
    fabric.seed_everything(1)
    model = nn.Linear(5, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    loader = DataLoader(TensorDataset(torch.randn(48, 5), torch.randint(2, (48,))), batch_size=8)
    model, optimizer = fabric.setup(model, optimizer)
    loader = fabric.setup_dataloaders(loader)

    epochs, warmup_steps = 4, 6
    total = epochs * len(loader)

    def shape(step):
        if step < warmup_steps:
            return 0.1 + 0.9 * step / warmup_steps
        return 1 - (step - warmup_steps) / (total - warmup_steps)

    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, shape)
    for _ in range(epochs):
        for x, y in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            fabric.backward(loss)
            fabric.clip_gradients(model, optimizer, max_norm=1.0)
            optimizer.step()
            scheduler.step()
        fabric.print(loss.item())


if __name__ == "__main__":
    main()
