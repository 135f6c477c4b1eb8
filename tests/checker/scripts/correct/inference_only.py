# /// claims
# prints = ["classes"]
# ///
"""Reads weights and predicts; there is nothing to schedule."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 3))
torch.save(model.state_dict(), "weights.pt")
model.load_state_dict(torch.load("weights.pt", weights_only=True))
model.eval()
with torch.inference_mode():
    classes = model(torch.zeros(2, 4)).softmax(1).argmax(1)
print("classes", classes.tolist())
