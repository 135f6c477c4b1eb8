"""What the recorder's tests share: a small net, and its gradients for update k."""

from collections.abc import Callable

import pytest
import torch
from torch import nn

Backward = Callable[..., torch.Tensor]


@pytest.fixture
def net() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 1))


@pytest.fixture
def backward() -> Backward:
    """Return a function that puts the gradients of update k into a model: its loss."""

    def run(model: nn.Module, k: int = 0) -> torch.Tensor:
        model.zero_grad()
        rows = torch.linspace(-1.0, 1.0, 12).reshape(4, 3) + k / 10
        loss = model(rows).square().mean()
        loss.backward()
        return loss

    return run
