"""Parameter groups: each keeps its own base rate, and one that joins later follows at once."""

import pytest
import torch
from torch.optim import SGD, Adam

from rampup import RampupLR, hold, warmup

BASE = 0.1
SCHEDULE = warmup(8) >> hold()
RUN = {"updates": 20}
FACTORS = [SCHEDULE.plan(**RUN)(k) for k in range(12)]


def test_groups_keep_their_ratio(weight, log_rates) -> None:
    other = torch.nn.Parameter(torch.zeros(1))
    optimizer = SGD([{"params": [weight]}, {"params": [other], "lr": BASE / 16}], lr=BASE)
    scheduler = RampupLR(optimizer, SCHEDULE, **RUN)
    used = log_rates(optimizer)

    for _ in FACTORS:
        optimizer.step()

    assert scheduler.base_lrs == [BASE, BASE / 16]
    assert [[BASE * factor, BASE / 16 * factor] for factor in FACTORS] == used


@pytest.mark.parametrize("tensor", [False, True], ids=["float", "tensor"])
def test_groups_that_share_the_default_rate_share_its_base(weight, log_rates, tensor) -> None:
    """Torch hands one tensor to every group; it must not be read as a base once it was written."""
    lr = torch.tensor(BASE, dtype=torch.float64) if tensor else BASE
    other, third = (torch.nn.Parameter(torch.zeros(1)) for _ in range(2))
    optimizer = Adam([{"params": [weight]}, {"params": [other]}], lr=lr, foreach=False)
    scheduler = RampupLR(optimizer, SCHEDULE, **RUN)
    used = log_rates(optimizer)

    optimizer.step()
    optimizer.add_param_group({"params": [third]})
    optimizer.step()

    assert [[BASE * FACTORS[0]] * 2, [BASE * FACTORS[1]] * 3] == used
    assert scheduler.base_lrs == [BASE] * 3


@pytest.mark.parametrize("look", [True, False])
def test_a_group_that_joins_follows_at_once(weight, log_rates, look: bool) -> None:
    """Also its first update uses base × factor, whether or not anyone asked for the rate."""
    optimizer = SGD([weight], lr=BASE)
    scheduler = RampupLR(optimizer, SCHEDULE, **RUN)
    used = log_rates(optimizer)

    optimizer.step()
    optimizer.add_param_group({"params": [torch.nn.Parameter(torch.zeros(1))], "lr": 1.0})
    if look:
        assert [BASE * FACTORS[1], FACTORS[1]] == scheduler.get_last_lr()
    for _ in range(3):
        optimizer.step()

    assert [[BASE * FACTORS[0]], *([BASE * factor, factor] for factor in FACTORS[1:4])] == used
