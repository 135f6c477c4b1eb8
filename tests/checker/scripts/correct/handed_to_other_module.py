# /// claims
# not_run = "the loop stands in another module of the project"
# ///
"""Everything is built here and handed to a loop that lives in another file."""

import argparse

import torch
from project.data import build_loaders
from project.engine import fit
from project.models import build_model


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--lr", type=float, default=3e-4)
    args = parser.parse_args()

    train_loader, valid_loader = build_loaders(args)
    model = build_model(args)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=args.lr, epochs=args.epochs, steps_per_epoch=len(train_loader)
    )
    fit(model, optimizer, scheduler, train_loader, valid_loader, epochs=args.epochs)


if __name__ == "__main__":
    main()
