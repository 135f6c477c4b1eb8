# /// claims
# updates = 60
# first = 0.001
# peak = 0.001
# last = 0.00025
# ///
"""Deep Q-learning: nothing is learned until the memory is full, then schedule and updates go on."""

import random
from collections import deque

import torch
from torch import nn
from torch.optim.lr_scheduler import StepLR

memory = deque(maxlen=64)
policy_net, target_net = nn.Linear(3, 2), nn.Linear(3, 2)
target_net.load_state_dict(policy_net.state_dict())
optimizer = torch.optim.AdamW(policy_net.parameters(), lr=1e-3, amsgrad=True)
scheduler = StepLR(optimizer, step_size=25, gamma=0.5)


def optimize_model(batch_size=16):
    if len(memory) < batch_size:
        return
    states, actions, rewards, following = map(
        torch.stack, zip(*random.sample(memory, batch_size), strict=True)
    )
    q = policy_net(states).gather(1, actions[:, None]).squeeze(1)
    with torch.no_grad():
        target = rewards + 0.9 * target_net(following).max(1).values
    loss = nn.functional.smooth_l1_loss(q, target)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_value_(policy_net.parameters(), 100)
    optimizer.step()
    scheduler.step()


state = torch.zeros(3)
for t in range(75):
    action = torch.tensor(random.randrange(2))
    following = 0.9 * state + 0.1 * torch.randn(3) + (action - 0.5)
    memory.append((state, action, -following.square().sum(), following))
    state = following
    optimize_model()
    if t % 10 == 0:
        target_net.load_state_dict(policy_net.state_dict())
