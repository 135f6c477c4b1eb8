"""Asking for a loss leaves no trace."""

from collections.abc import Callable

import pytest
import torch
from torch import nn

from rampup.scheduler.adaptive.quiet import quietly


def noisy() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 1))


def everything(model: nn.Module) -> list[object]:
    return [
        torch.get_rng_state().tolist(),
        [(name, value.tolist()) for name, value in model.state_dict().items()],
        [module.training for module in model.modules()],
        [p.grad for p in model.parameters()],
        [id(buffer) for buffer in model.buffers()],
    ]


def plain(model: nn.Module) -> torch.Tensor:
    return model(torch.ones(4, 3)).square().mean()


def in_eval(model: nn.Module) -> torch.Tensor:
    model.eval()
    return plain(model)


def with_buffers_of_its_own(model: nn.Module) -> torch.Tensor:
    model[1].running_mean = torch.ones(8)
    return plain(model)


@pytest.mark.parametrize("loss", [plain, in_eval, with_buffers_of_its_own])
def test_nothing_is_changed(loss: Callable[[nn.Module], torch.Tensor]) -> None:
    model = noisy()
    before = everything(model)

    value = quietly(lambda: loss(model), model.parameters(), model)

    assert before == everything(model)
    assert value == quietly(lambda: loss(model), model.parameters(), model)


def test_it_is_what_the_loss_would_have_been() -> None:
    model = noisy()

    asked = quietly(lambda: plain(model), model.parameters(), model)

    assert asked == plain(model).item()


def test_nothing_is_changed_by_a_loss_that_fails() -> None:
    model = noisy()
    before = everything(model)

    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        quietly(lambda: (in_eval(model), model(torch.ones(4, 5))), model.parameters(), model)

    assert before == everything(model)


def test_a_loss_without_a_model_is_asked_too() -> None:
    weight = torch.ones(2, requires_grad=True)
    assert quietly(weight.sum, [weight], None) == 2.0
    assert quietly(torch.enable_grad()(weight.sum), [weight], None) == 2.0
