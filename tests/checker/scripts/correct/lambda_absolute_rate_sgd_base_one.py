# /// claims
# updates = 30
# first = 0.02
# peak = 0.02
# last = 0.01958
# ///
"""Domain adaptation: the optimizer's own rate is 1, so the lambda may return the rate."""

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

INITIAL_LR = 0.02
GAMMA = 0.001
DECAY = 0.75

extractor = nn.Linear(10, 6)
classifier = nn.Linear(6, 3)
groups = [
    {"params": extractor.parameters(), "lr": 0.1 * 1.0},
    {"params": classifier.parameters(), "lr": 1.0},
]
optimizer = torch.optim.SGD(list(reversed(groups)), lr=1.0, momentum=0.9, nesterov=True)
lr_scheduler = LambdaLR(
    optimizer, lambda x: INITIAL_LR * (1.0 + GAMMA * float(x)) ** (-DECAY)
)
for i in range(30):
    source, target = torch.randn(8, 10), torch.randn(8, 10) + 0.5
    labels = torch.randint(3, (8,))
    features = extractor(source)
    mean_gap = (features.mean(0) - extractor(target).mean(0)).square().sum()
    loss = nn.functional.cross_entropy(classifier(features), labels) + mean_gap
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    lr_scheduler.step()
