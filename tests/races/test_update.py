"""The update of stacked members against torch's optimizers, each with its own rates."""

from typing import Any

import pytest
import torch

from rampup.errors import ConfigError
from rampup.races.update import Rule, clip, rectification

RULES = [
    Rule(name="sgd"),
    Rule(name="sgd", weight_decay=0.1),
    Rule(name="sgd", momentum=0.9, weight_decay=0.1),
    Rule(name="sgd", momentum=0.9, nesterov=True),
    Rule(name="adam"),
    Rule(name="adam", betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1),
    Rule(name="adamw", weight_decay=0.1),
    Rule(name="radam", betas=(0.9, 0.9)),
    Rule(name="radam", weight_decay=0.1),
]


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_every_member_moves_as_torch_moves_it(rule: Rule) -> None:
    draw = torch.Generator().manual_seed(0)
    updates, members, numbers = 12, 3, 64
    start = torch.randn(members, numbers, generator=draw, dtype=torch.float64)
    gradients = torch.randn(updates, members, numbers, generator=draw, dtype=torch.float64)
    rates = torch.rand(updates, members, 1, generator=draw, dtype=torch.float64) / 10
    stacked = start.clone()
    state = rule.state(stacked)
    for k in range(updates):
        rule.apply(stacked, gradients[k].clone(), state, rates[k], k + 1)

    for i in range(members):
        alone = torch.nn.Parameter(start[i].clone())
        optimizer = rule.alone([alone])
        for k in range(updates):
            optimizer.param_groups[0]["lr"] = rates[k, i].item()
            alone.grad = gradients[k, i].clone()
            optimizer.step()
        assert torch.allclose(stacked[i], alone.detach(), rtol=1e-12, atol=1e-13)


def test_the_rectification_starts_where_torchs_does() -> None:
    """At β2 = 0.9 the length never exceeds 19; torch takes plain steps while it is at most 5."""
    assert [rectification(0.9, step) is None for step in (5, 6)] == [True, False]


def test_each_member_is_clipped_by_its_own_norm() -> None:
    gradient = torch.tensor([[3.0, 4.0], [0.3, 0.4], [torch.nan, 1.0]])
    clip(gradient, 1.0)

    assert torch.allclose(gradient[0], torch.tensor([0.6, 0.8]))
    assert torch.equal(gradient[1], torch.tensor([0.3, 0.4]))
    assert gradient[2].isnan().any()


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("adma", {}, "optimizer 'adma' is unknown; did you mean 'adam' or 'radam' or 'adamw'?"),
        ("adam", {"momentum": 0.9},
         "adam has no option 'momentum'; there are 'betas', 'eps', 'weight_decay'"),
        ("sgd", {"momentum": 1}, "momentum = 1 is not from 0 to below 1"),
        ("sgd", {"nesterov": True}, "nesterov = True needs momentum; set momentum, such as 0.9"),
        ("adam", {"betas": (0.9, 1.0)}, "betas = (0.9, 1.0) are not numbers from 0 to below 1"),
        ("adam", {"eps": 0.0}, "eps = 0.0 is not a number > 0"),
        ("adam", {"weight_decay": -1}, "weight_decay = -1 is not a number ≥ 0"),
    ],
)  # fmt: skip
def test_what_no_optimizer_can_be_is_refused(
    name: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        Rule.of(name, options)
    assert str(refused.value) == message
