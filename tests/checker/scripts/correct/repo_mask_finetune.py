# /// claims
# updates = 192
# first = 4e-06
# peak = 9.99978e-05
# peak_at = 57
# last = 4e-10
# ///
"""Fine-tuning the mask decoder of a frozen model, best state kept, resumed when asked."""

import argparse
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("-num_epochs", type=int, default=12)
parser.add_argument("-batch_size", type=int, default=4)
parser.add_argument("-lr", type=float, default=1e-4)
parser.add_argument("-weight_decay", type=float, default=0.01)
parser.add_argument("-use_amp", action="store_true", default=False)
parser.add_argument("--resume", type=str, default="")
args = parser.parse_args()


class SAM(nn.Module):
    def __init__(self):
        super().__init__()
        self.image_encoder, self.mask_decoder = nn.Linear(16, 8), nn.Linear(8, 1)
        for p in self.image_encoder.parameters():
            p.requires_grad_(False)

    def forward(self, x):
        return self.mask_decoder(self.image_encoder(x))


model = SAM()
trainable = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(trainable, lr=args.lr, weight_decay=args.weight_decay)
train_loader = DataLoader(TensorDataset(torch.randn(64, 16)), batch_size=args.batch_size)
scheduler = torch.optim.lr_scheduler.OneCycleLR(
    optimizer, max_lr=args.lr, epochs=args.num_epochs, steps_per_epoch=len(train_loader)
)
start_epoch, best_loss = 0, 1e10
if args.resume and Path(args.resume).is_file():
    checkpoint = torch.load(args.resume, map_location="cpu")
    start_epoch = checkpoint["epoch"] + 1
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    scheduler.load_state_dict(checkpoint["scheduler"])
    best_loss = checkpoint["best_loss"]
scaler = torch.amp.GradScaler("cuda") if args.use_amp else None
for epoch in range(start_epoch, args.num_epochs):
    epoch_loss = 0
    for step, (image,) in enumerate(train_loader):
        optimizer.zero_grad()
        loss = model(image).square().mean()
        if args.use_amp:
            scale = scaler.get_scale()
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            if scaler.get_scale() >= scale:
                scheduler.step()
        else:
            loss.backward()
            optimizer.step()
            scheduler.step()
        epoch_loss += loss.item()
    epoch_loss /= step + 1
    checkpoint = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "epoch": epoch,
        "best_loss": best_loss,
    }
    torch.save(checkpoint, "model_latest.pth")
    if epoch_loss < best_loss:
        best_loss = epoch_loss
        torch.save(checkpoint, "model_best.pth")
