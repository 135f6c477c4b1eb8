# /// claims
# needs = ["transformers"]
# argv = ["--num_train_epochs", "2", "--gradient_accumulation_steps", "2"]
# updates = 20
# first = 0.0
# peak = 0.0003
# peak_at = 4
# last = 2.882e-06
# ///
"""Cosine schedule for a causal model; horizon and warmup are counted in real updates."""

import argparse
import math

import torch
from torch.utils.data import DataLoader
from transformers import GPT2Config, GPT2LMHeadModel, get_cosine_schedule_with_warmup


def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--learning_rate", type=float, default=3e-4)
    parser.add_argument("--num_train_epochs", type=int, default=3)
    parser.add_argument("--max_train_steps", type=int, default=None)
    parser.add_argument("--gradient_accumulation_steps", type=int, default=1)
    parser.add_argument("--num_warmup_steps", type=int, default=4)
    parser.add_argument("--per_device_train_batch_size", type=int, default=4)
    return parser.parse_args()


def main():
    args = parse_args()
    blocks = [torch.randint(30, (10,)) for _ in range(80)]
    train_dataloader = DataLoader(blocks, batch_size=args.per_device_train_batch_size)
    model = GPT2LMHeadModel(
        GPT2Config(vocab_size=30, n_positions=16, n_embd=16, n_layer=1, n_head=2)
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.learning_rate)

    num_update_steps_per_epoch = math.ceil(
        len(train_dataloader) / args.gradient_accumulation_steps
    )
    if args.max_train_steps is None:
        args.max_train_steps = args.num_train_epochs * num_update_steps_per_epoch
    else:
        args.num_train_epochs = math.ceil(args.max_train_steps / num_update_steps_per_epoch)
    lr_scheduler = get_cosine_schedule_with_warmup(
        optimizer=optimizer,
        num_warmup_steps=args.num_warmup_steps,
        num_training_steps=args.max_train_steps,
    )

    completed_steps = 0
    for _ in range(args.num_train_epochs):
        model.train()
        for step, batch in enumerate(train_dataloader):
            loss = model(input_ids=batch, labels=batch).loss
            loss = loss / args.gradient_accumulation_steps
            loss.backward()
            if (
                step % args.gradient_accumulation_steps == args.gradient_accumulation_steps - 1
                or step == len(train_dataloader) - 1
            ):
                optimizer.step()
                lr_scheduler.step()
                optimizer.zero_grad()
                completed_steps += 1
            if completed_steps >= args.max_train_steps:
                break


if __name__ == "__main__":
    main()
