# /// claims
# updates = 30
# first = 0.0003
# peak = 0.003
# peak_at = 9
# last = 0.00015
# ///
"""Accumulation as an inner loop over micro-batches from an endless stream."""

import itertools

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def endless(loader):
    while True:
        yield from loader


def schedule(update, warmup=10, total=30):
    if update < warmup:
        return (update + 1) / warmup
    return (total - update) / (total - warmup)


data = TensorDataset(torch.randint(50, (200, 6)), torch.randint(2, (200,)))
stream = endless(DataLoader(data, batch_size=8, shuffle=True))
embedding = nn.EmbeddingBag(50, 8)
head = nn.Linear(8, 2)
parameters = list(itertools.chain(embedding.parameters(), head.parameters()))
optimizer = torch.optim.AdamW(parameters, lr=3e-3)
lr_scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)
micro_batches = 4

for update in range(30):
    optimizer.zero_grad()
    for _ in range(micro_batches):
        tokens, labels = next(stream)
        loss = nn.functional.cross_entropy(head(embedding(tokens)), labels)
        (loss / micro_batches).backward()
    nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    lr_scheduler.step()
