# /// claims
# needs = ["accelerate", "transformers"]
# updates = 20
# first = 0.0
# peak = 0.003
# peak_at = 4
# last = 2.882e-05
# ///
"""Inside `accumulate` every step may be called per batch; accelerate makes the real ones.

The horizon is multiplied by the number of processes, since the prepared scheduler is stepped
that often for each update.
"""

import argparse
import math

import torch
from accelerate import Accelerator
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from transformers import get_scheduler


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gradient_accumulation_steps", type=int, default=3)
    parser.add_argument("--num_train_epochs", type=int, default=2)
    parser.add_argument("--lr_warmup_steps", type=int, default=4)
    args = parser.parse_args()

    accelerator = Accelerator(
        cpu=True, gradient_accumulation_steps=args.gradient_accumulation_steps
    )
    model = nn.Sequential(nn.Linear(10, 10), nn.ReLU(), nn.Linear(10, 3))
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    dataset = TensorDataset(torch.randn(120, 10), torch.randint(3, (120,)))
    train_dataloader = DataLoader(dataset, shuffle=True, batch_size=4)

    len_sharded = math.ceil(len(train_dataloader) / accelerator.num_processes)
    updates_per_epoch = math.ceil(len_sharded / args.gradient_accumulation_steps)
    max_train_steps = args.num_train_epochs * updates_per_epoch
    lr_scheduler = get_scheduler(
        "cosine",
        optimizer=optimizer,
        num_warmup_steps=args.lr_warmup_steps * accelerator.num_processes,
        num_training_steps=max_train_steps * accelerator.num_processes,
    )
    model, optimizer, train_dataloader, lr_scheduler = accelerator.prepare(
        model, optimizer, train_dataloader, lr_scheduler
    )
    global_step = 0
    for _ in range(args.num_train_epochs):
        for inputs, labels in train_dataloader:
            with accelerator.accumulate(model):
                loss = nn.functional.cross_entropy(model(inputs), labels)
                accelerator.backward(loss)
                if accelerator.sync_gradients:
                    accelerator.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                lr_scheduler.step()
                optimizer.zero_grad()
            if accelerator.sync_gradients:
                global_step += 1
    accelerator.end_training()


if __name__ == "__main__":
    main()
