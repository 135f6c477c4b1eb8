"""What rides in the optimizer's state survives tools that take such a state apart."""

import pytest
import torch
from torch.distributed.checkpoint.state_dict import (
    StateDictOptions,
    get_optimizer_state_dict,
    set_optimizer_state_dict,
)
from torch.optim import Adam

from rampup import RampupLR, hold, warmup
from rampup.errors import StateError

SCHEDULE = warmup(4) >> hold()


def built() -> tuple[torch.nn.Module, Adam, RampupLR]:
    torch.manual_seed(0)
    model = torch.nn.Linear(2, 1)
    optimizer = Adam(model.parameters(), lr=0.5)
    return model, optimizer, RampupLR(optimizer, SCHEDULE, updates=20)


@pytest.mark.parametrize(
    "options",
    [{}, {"flatten_optimizer_state_dict": True}, {"full_state_dict": True}],
    ids=["nested", "flat", "full"],
)
def test_a_position_and_a_change_go_through_a_distributed_checkpoint(options) -> None:
    """What is loaded has another shape than what a fresh scheduler would save."""
    model, optimizer, scheduler = built()
    for _ in range(5):
        model(torch.ones(1, 2)).sum().backward()
        optimizer.step()
        optimizer.zero_grad()
    scheduler.cooldown(over=4)
    saved = get_optimizer_state_dict(model, optimizer, options=StateDictOptions(**options))

    model, optimizer, again = built()
    set_optimizer_state_dict(model, optimizer, saved, options=StateDictOptions(**options))

    assert again.clock.updates == 5
    assert [scheduler.planned(k) for k in range(20)] == [again.planned(k) for k in range(20)]
    assert scheduler.planned(5) == optimizer.param_groups[0]["lr"]


def test_a_scheduler_that_left_takes_its_key_along() -> None:
    _, optimizer, scheduler = built()

    scheduler.detach()

    assert "rampup" not in optimizer.param_groups[0]


@pytest.mark.parametrize("riding", [{"updates": 3}, "{", "not ours"], ids=repr)
def test_what_is_not_ours_is_refused(riding: object) -> None:
    _, optimizer, scheduler = built()
    state = optimizer.state_dict()
    state["param_groups"][0]["rampup"] = riding

    with pytest.raises(StateError, match="under 'rampup', which no scheduler of ours wrote"):
        optimizer.load_state_dict(state)

    assert scheduler.clock.updates == 0
