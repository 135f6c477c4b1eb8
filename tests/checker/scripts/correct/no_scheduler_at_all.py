# /// claims
# updates = 20
# rates = "0.001 x20"
# ///
"""A constant rate and no schedule; word vectors by skip-gram."""

import torch
from torch import nn

sentences = ["a cat sat on a mat", "a dog sat on a log", "the cat saw the dog"] * 5
words = sorted({word for sentence in sentences for word in sentence.split()})
index = {word: number for number, word in enumerate(words)}
pairs = [
    (index[a], index[b])
    for sentence in sentences
    for a, b in zip(sentence.split(), sentence.split()[1:], strict=False)
]
centers, contexts = map(torch.tensor, zip(*pairs, strict=True))
model = nn.Sequential(nn.Embedding(len(words), 6), nn.Linear(6, len(words)))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(20):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(centers), contexts)
    loss.backward()
    optimizer.step()
print(loss.item())
