"""What is saved: small plain data; what is no state is refused."""

import json
import re
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
        "used": [0.1 * scheduler.plan(2)],
        "bases": [{"lr": 0.1}],
        "version": 1,
        "horizon": horizon,
        "schedules": {"lr": "warmup 2ep linear >> decay cosine to 0.1"},
        "warm_new_groups": None,
        "joined": [0],
        "changes": [],
        "plateau": None,
    }
    assert re.fullmatch("[0-9a-f]{16}", state.pop("fingerprint"))
    assert expected == state == json.loads(json.dumps(state))


def test_the_state_stays_small_with_many_groups() -> None:
    weights = [torch.nn.Parameter(torch.ones(1)) for _ in range(200)]
    optimizer = SGD([{"params": [weight]} for weight in weights], lr=0.1)
    scheduler = RampupLR(optimizer, SCHEDULE, **RUN)

    assert len(json.dumps(scheduler.state_dict())) < 5000


KEYS = ["bases", "changes", "horizon", "joined", "schedules", "updates", "version"]
LACKS = "it was not saved by a RampupLR, load it into the scheduler that saved it"


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ({}, f"the state holds no {', '.join(KEYS)}; {LACKS}"),
        (
            {"updates": 3, "bases": []},
            f"the state holds no {', '.join(KEYS[1:5])}, version; {LACKS}",
        ),
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

    assert f"the state holds no {', '.join(KEYS)}; {LACKS}" == str(caught.value)


@pytest.mark.parametrize("version", [2, 0, "1", None], ids=repr)
def test_a_newer_state_is_refused(version: Any) -> None:
    scheduler = RampupLR(build()[1], SCHEDULE, **RUN)

    with pytest.raises(StateError) as caught:
        scheduler.load_state_dict({**scheduler.state_dict(), "version": version})

    expected = f"the state has version {version!r}, but this rampup reads up to 1; update rampup"
    assert expected == str(caught.value)


@pytest.mark.parametrize(
    ("damage", "text"),
    [
        ({"bases": 3}, "the state's bases is 3"),
        ({"bases": [{"lr": "0.1"}]}, "the state's bases.0 is '0.1'"),
        ({"schedules": {"lr": 1}}, "the state's schedules.lr is 1"),
        ({"joined": [0.5]}, "the state's joined.0 is 0.5"),
        ({"changes": {}}, "the state's changes is {}"),
        ({"horizon": "20"}, "the state's horizon is '20'"),
    ],
)
def test_a_damaged_state_is_refused_by_name(damage: dict[str, Any], text: str) -> None:
    scheduler = RampupLR(build()[1], SCHEDULE, **RUN)

    with pytest.raises(StateError) as caught:
        scheduler.load_state_dict({**scheduler.state_dict(), **damage})

    assert f"{text}, which cannot be read; the checkpoint is damaged" == str(caught.value)


@pytest.mark.parametrize("change", [{"kind": "zap"}, {"kind": "stretch"}, {}], ids=repr)
def test_a_change_that_nobody_made_is_refused(change: dict[str, Any]) -> None:
    scheduler = RampupLR(build()[1], SCHEDULE, **RUN)

    with pytest.raises(StateError) as caught:
        scheduler.load_state_dict({**scheduler.state_dict(), "changes": [change]})

    assert f"the state's change {change!r} cannot be read" == str(caught.value)
