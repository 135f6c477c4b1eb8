# /// claims
# updates = 12
# rates = "0.1 x3, 0.075 x3, 0.05 x3, 0.025 x3"
# [[more]]
# optimizer = 1
# updates = 12
# rates = "0.1 x3, 0.075 x3, 0.05 x3, 0.025 x3"
# [[more]]
# optimizer = 2
# updates = 12
# rates = "0.1 x3, 0.075 x3, 0.05 x3, 0.025 x3"
# ///
"""Three folds; every fold has a fresh model, optimizer and schedule."""

import torch
from sklearn.datasets import load_iris
from sklearn.model_selection import KFold
from torch import nn

x, y = load_iris(return_X_y=True)
x, y = torch.tensor(x, dtype=torch.float32), torch.tensor(y)
scores = []
for fold, (train, test) in enumerate(KFold(3, shuffle=True, random_state=0).split(x)):
    train, test = torch.tensor(train), torch.tensor(test)
    model = nn.Linear(4, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.25, total_iters=3)
    for epoch in range(4):
        for rows in train[torch.randperm(len(train))].split(40):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
        scheduler.step()
    scores.append((model(x[test]).argmax(1) == y[test]).float().mean().item())
    print(fold, scores[-1])
print(sum(scores) / len(scores))
