# /// claims
# updates = 50
# first = 0.0005
# peak = 0.005
# peak_at = 9
# last = 0.000125
# ///
"""A character model; the rate rises for ten updates and falls linearly to zero after the run."""

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

TEXT = "the quick brown fox jumps over the lazy dog. " * 20
CONTEXT = 8
STEPS = 50
WARMUP = 10

vocabulary = sorted(set(TEXT))
codes = torch.tensor([vocabulary.index(letter) for letter in TEXT])


def sample_batch(size=16):
    starts = torch.randint(len(codes) - CONTEXT - 1, (size,))
    x = torch.stack([codes[s : s + CONTEXT] for s in starts])
    y = torch.stack([codes[s + 1 : s + CONTEXT + 1] for s in starts])
    return x, y


def factor(step):
    if step < WARMUP:
        return (step + 1) / WARMUP
    return (STEPS - step) / (STEPS - WARMUP)


class Bigram(nn.Module):
    def __init__(self, size, dim=16):
        super().__init__()
        self.embed = nn.Embedding(size, dim)
        self.rnn = nn.GRU(dim, dim, batch_first=True)
        self.out = nn.Linear(dim, size)

    def forward(self, x):
        hidden, _ = self.rnn(self.embed(x))
        return self.out(hidden)


model = Bigram(len(vocabulary))
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
scheduler = LambdaLR(optimizer, factor)

for step in range(STEPS):
    x, y = sample_batch()
    logits = model(x)
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    if step % 10 == 0:
        print(step, round(loss.item(), 3))
