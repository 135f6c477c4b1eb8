"""Saving and resuming: the rates go on as if the run had not stopped, or it is refused."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.optim import SGD, Adam

from rampup import RampupLR, decay, warmup
from rampup.errors import StateError

SCHEDULE = warmup("2ep") >> decay("cosine", to=0.1)
RUN = {"updates": 20, "updates_per_epoch": 5}
STOP = 8


def build(lr: float | torch.Tensor = 0.1) -> tuple[torch.nn.Parameter, Adam]:
    weight = torch.nn.Parameter(torch.ones(2))
    return weight, Adam([weight], lr=lr, foreach=False)


def train(weight: torch.nn.Parameter, optimizer: Adam, updates: range) -> list[float]:
    """Make these updates and return the rates that they used."""
    used = []
    for k in updates:
        weight.grad = torch.tensor([0.5**k, -1.0])
        used.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
    return used


def through_a_file(state: Any) -> Any:
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def both_then_scheduler_first(optimizer: Adam, saved: dict[str, Any]) -> None:
    scheduler = RampupLR(optimizer, SCHEDULE, **RUN)
    scheduler.load_state_dict(saved["scheduler"])
    optimizer.load_state_dict(saved["optimizer"])


def both_then_optimizer_first(optimizer: Adam, saved: dict[str, Any]) -> None:
    scheduler = RampupLR(optimizer, SCHEDULE, **RUN)
    optimizer.load_state_dict(saved["optimizer"])
    scheduler.load_state_dict(saved["scheduler"])


def optimizer_then_built_on_it(optimizer: Adam, saved: dict[str, Any]) -> None:
    optimizer.load_state_dict(saved["optimizer"])
    scheduler = RampupLR(optimizer, SCHEDULE, **RUN)
    scheduler.load_state_dict(saved["scheduler"])


ORDERS = [both_then_scheduler_first, both_then_optimizer_first, optimizer_then_built_on_it]


@pytest.mark.parametrize("tensor", [False, True], ids=["float", "tensor"])
@pytest.mark.parametrize("resume", ORDERS)
def test_a_resumed_run_is_the_unbroken_run(
    resume: Callable[[Adam, dict[str, Any]], None], tensor: bool
) -> None:
    """In whatever order things are loaded: same rates, same bits in the weights."""

    def lr() -> float | torch.Tensor:
        return torch.tensor(0.1) if tensor else 0.1

    weight, optimizer = build(lr())
    scheduler = RampupLR(optimizer, SCHEDULE, **RUN)
    train(weight, optimizer, range(STOP))
    state = {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}
    saved, stopped = through_a_file(state), weight.detach().clone()
    expected = train(weight, optimizer, range(STOP, 20))

    again, other = build(lr())
    again.data.copy_(stopped)
    resume(other, saved)

    assert expected == train(again, other, range(STOP, 20))
    assert weight.tolist() == again.tolist()


def test_the_scheduler_alone_writes_the_rate() -> None:
    _, optimizer = build()
    scheduler = RampupLR(optimizer, SCHEDULE, **RUN)

    scheduler.load_state_dict({**scheduler.state_dict(), "updates": STOP})

    expected = 0.1 * scheduler.plan(STOP)
    assert expected == optimizer.param_groups[0]["lr"]
    assert [expected] == scheduler.get_last_lr()
    assert scheduler.last_epoch == STOP


def test_the_state_is_plain_data() -> None:
    weight, optimizer = build()
    scheduler = RampupLR(optimizer, SCHEDULE, samples_per_update=64, **RUN)
    train(weight, optimizer, range(3))

    state = scheduler.state_dict()

    horizon = {**RUN, "samples_per_update": 64, "tokens_per_update": None}
    expected = {
        "updates": 3,
        "schedule": "warmup 2ep linear >> decay cosine to 0.1",
        "horizon": horizon,
        "base_lrs": [0.1],
    }
    assert expected == state == json.loads(json.dumps(state))


def test_a_state_of_another_schedule_is_refused_with_both_sides() -> None:
    _, optimizer = build()
    theirs = RampupLR(optimizer, SCHEDULE, **RUN).state_dict()
    _, optimizer = build(lr=0.2)
    ours = RampupLR(optimizer, warmup("1ep") >> decay("cosine", to=0.1), **RUN)
    expected = """\
the checkpoint disagrees with the code:
            checkpoint                                code
  schedule  warmup 2ep linear >> decay cosine to 0.1  warmup 1ep linear >> decay cosine to 0.1
  base_lrs  [0.1]                                     [0.2]
build the scheduler as it was saved"""

    with pytest.raises(StateError) as caught:
        ours.load_state_dict({**theirs, "updates": STOP})

    assert expected == str(caught.value)
    assert ours.clock.updates == 0
    assert 0.2 * ours.plan(0) == optimizer.param_groups[0]["lr"]


LACKS = "it was not saved by a RampupLR, load it into the scheduler that saved it"


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ({}, f"the state holds no base_lrs, horizon, schedule, updates; {LACKS}"),
        ({"updates": 3, "schedule": ""}, f"the state holds no base_lrs, horizon; {LACKS}"),
        (None, "a scheduler state is a dict, not None; pass what state_dict() returned"),
        ([3], "a scheduler state is a dict, not [3]; pass what state_dict() returned"),
    ],
    ids=repr,
)
def test_what_is_no_state_is_refused(state: Any, text: str) -> None:
    scheduler = RampupLR(build()[1], SCHEDULE, **RUN)

    with pytest.raises(StateError) as caught:
        scheduler.load_state_dict(state)

    assert text == str(caught.value)


@pytest.mark.parametrize("updates", [-1, 1.5, "5", True, None, [1]], ids=repr)
def test_what_is_no_position_is_refused(updates: Any) -> None:
    scheduler = RampupLR(build()[1], SCHEDULE, **RUN)

    with pytest.raises(StateError) as caught:
        scheduler.load_state_dict({**scheduler.state_dict(), "updates": updates})

    expected = f"the state says {updates!r} updates were done; that is no count"
    assert expected == str(caught.value)


def test_the_state_of_a_torch_scheduler_is_refused() -> None:
    optimizer = SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    state = torch.optim.lr_scheduler.ConstantLR(optimizer).state_dict()
    scheduler = RampupLR(build()[1], SCHEDULE, **RUN)

    with pytest.raises(StateError) as caught:
        scheduler.load_state_dict(state)

    assert f"the state holds no horizon, schedule, updates; {LACKS}" == str(caught.value)
