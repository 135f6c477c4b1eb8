# /// claims
# updates = 60
# first = 0.005893
# peak = 0.05893
# peak_at = 9
# last = 0.02406
# ///
"""The annotated transformer's way: base rate 1.0, and a lambda that gives the rate itself."""

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR


def rate(step, model_size, factor, warmup):
    step = max(step, 1)
    return factor * (model_size ** (-0.5) * min(step ** (-0.5), step * warmup ** (-1.5)))


class Tagger(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.embed = nn.Embedding(20, dim)
        self.attend = nn.MultiheadAttention(dim, 2, batch_first=True)
        self.out = nn.Linear(dim, 4)

    def forward(self, tokens):
        x = self.embed(tokens)
        return self.out(x + self.attend(x, x, x)[0])


d_model, warmup = 16, 10
model = Tagger(d_model)
optimizer = torch.optim.Adam(model.parameters(), lr=1.0, betas=(0.9, 0.98), eps=1e-9)
lr_scheduler = LambdaLR(
    optimizer, lr_lambda=lambda step: 0.7454 * rate(step + 1, d_model, 1.0, warmup)
)
for _ in range(60):
    tokens = torch.randint(20, (8, 6))
    loss = nn.functional.cross_entropy(model(tokens).flatten(0, 1), tokens.flatten() % 4)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    lr_scheduler.step()
