"""Parameter groups: each keeps its own base rate, and one that joins later follows at once."""

import copy

import pytest
import torch
from torch.optim import SGD, Adam

from rampup import RampupLR, hold, parse, warmup
from rampup.errors import ScheduleError, StateError

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


def test_groups_that_are_taken_away_are_missed(weight) -> None:
    optimizer = SGD([{"params": [weight]}, {"params": [torch.nn.Parameter(torch.ones(1))]}], lr=1)
    scheduler = RampupLR(optimizer, SCHEDULE, **RUN)
    del optimizer.param_groups[1]

    with pytest.raises(StateError) as caught:
        optimizer.step()

    assert str(caught.value) == (
        "the optimizer has 1 parameter groups, but had 2; detach() the scheduler before groups "
        "are taken away, and build it anew"
    )
    scheduler.detach()
    RampupLR(optimizer, SCHEDULE, **RUN)


def named(*prefixes: str) -> SGD:
    """Return an optimizer with a group of two named parameters for each prefix."""
    groups = [
        {
            "params": [
                (f"{prefix}.{name}", torch.nn.Parameter(torch.zeros(1)))
                for name in ("weight", "bias")
            ]
        }
        for prefix in prefixes
    ]
    return SGD(groups, lr=BASE)


def test_groups_may_follow_schedules_of_their_own() -> None:
    optimizer = named("backbone.0", "backbone.1", "head")
    scheduler = RampupLR(
        optimizer, SCHEDULE, groups={"backbone.*": "warmup 16up >> decay", 1: hold()}, **RUN
    )
    backbone = parse("warmup 16up >> decay").plan(**RUN)

    for k in range(12):
        expected = [BASE * backbone(k), BASE, BASE * FACTORS[k]]
        assert expected == [group["lr"] for group in optimizer.param_groups]
        assert expected == scheduler.lr_at(k)
        optimizer.step()


def test_of_two_patterns_the_first_counts_and_nothing_else_is_needed() -> None:
    optimizer = named("a", "b")

    scheduler = RampupLR(optimizer, groups={"a.*": hold(), "*": SCHEDULE}, **RUN)

    assert [BASE, BASE * FACTORS[0]] == scheduler.get_last_lr()
    assert str(scheduler.schedule) == "hold"


@pytest.mark.parametrize("tensor", [False, True], ids=["float", "tensor"])
def test_groups_of_one_tensor_are_parted_where_their_rates_differ(tensor: bool) -> None:
    weights = [torch.nn.Parameter(torch.zeros(1)) for _ in range(3)]
    lr = torch.tensor(BASE, dtype=torch.float64) if tensor else BASE
    optimizer = Adam([{"params": [weight]} for weight in weights], lr=lr, foreach=False)
    RampupLR(optimizer, SCHEDULE, groups={2: hold()}, **RUN)

    assert [BASE * FACTORS[0]] * 2 + [BASE] == [float(g["lr"]) for g in optimizer.param_groups]
    if tensor:
        first, second, third = (group["lr"] for group in optimizer.param_groups)
        assert first is second is lr
        assert third is not lr


def test_a_copy_knows_a_group_that_joined_just_before(weight) -> None:
    optimizer = SGD([weight], lr=1.0)
    scheduler = RampupLR(optimizer, "warmup 4up >> hold", updates=10)
    optimizer.add_param_group({"params": [torch.nn.Parameter(torch.zeros(1))], "lr": 2.0})

    again = copy.deepcopy(scheduler)

    assert [group["lr"] for group in again.optimizer.param_groups] == [0.25, 0.5]
    assert [group["lr"] for group in optimizer.param_groups] == [0.25, 2.0]


@pytest.mark.parametrize("joined", [0, 1, 5])
def test_a_group_that_joins_may_warm_up_by_itself(weight, log_rates, joined: int) -> None:
    optimizer = SGD([weight], lr=BASE)
    RampupLR(optimizer, SCHEDULE, warm_new_groups=4, **RUN)
    used = log_rates(optimizer)

    for _ in range(joined):
        optimizer.step()
    optimizer.add_param_group({"params": [torch.nn.Parameter(torch.zeros(1))], "lr": 1.0})
    for _ in range(7):
        optimizer.step()

    own = [0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 1.0] if joined else [1.0] * 7
    assert [factor * FACTORS[joined + k] for k, factor in enumerate(own)] == pytest.approx(
        [rates[1] for rates in used[joined:]], abs=1e-15
    )
    assert [BASE * FACTORS[k] for k in range(joined + 7)] == [rates[0] for rates in used]


def test_a_group_that_joined_is_where_it_was_after_a_resume() -> None:
    def build(groups: int) -> tuple[SGD, RampupLR]:
        weights = [torch.nn.Parameter(torch.zeros(1)) for _ in range(groups)]
        optimizer = SGD([{"params": [weight]} for weight in weights], lr=BASE)
        return optimizer, RampupLR(optimizer, SCHEDULE, warm_new_groups=6, **RUN)

    def updates(optimizer: SGD, number: int) -> list[list[float]]:
        used = []
        for _ in range(number):
            used.append([group["lr"] for group in optimizer.param_groups])
            optimizer.step()
        return used

    optimizer, scheduler = build(1)
    updates(optimizer, 4)
    optimizer.add_param_group({"params": [torch.nn.Parameter(torch.zeros(1))]})
    updates(optimizer, 2)
    states = optimizer.state_dict(), scheduler.state_dict()
    expected = updates(optimizer, 10)

    for which in range(2):
        other, resumed = build(2)
        [other, resumed][which].load_state_dict(states[which])
        assert expected == updates(other, 10)


@pytest.mark.parametrize(
    ("schedule", "groups", "error", "text"),
    [
        (
            SCHEDULE,
            {"hed.*": hold()},
            ScheduleError,
            (
                "groups names 'hed.*', which is no parameter; there are 'body.weight', "
                "'body.bias', 'head.weight', 'head.bias'"
            ),
        ),
        (
            SCHEDULE,
            {"*.weight": hold()},
            ScheduleError,
            (
                "'*.weight' names 'body.weight' but not 'body.bias', which share group 0 and so "
                "one rate; put them into groups of their own"
            ),
        ),
        (
            None,
            {"head.*": hold()},
            ScheduleError,
            (
                "group 0 (body.weight, body.bias …) follows no schedule; "
                "name it in groups=…, or pass a schedule for all others"
            ),
        ),
        (
            SCHEDULE,
            {2: hold()},
            ScheduleError,
            "groups names group 2, but the optimizer has groups 0 to 1",
        ),
        (
            SCHEDULE,
            {0.5: hold()},
            ScheduleError,
            (
                "groups names 0.5; name a group by its index or by a pattern of parameter names, "
                "such as 'backbone.*'"
            ),
        ),
        (
            None,
            None,
            ScheduleError,
            "RampupLR needs a schedule, such as warmup('5ep') >> decay()",
        ),
    ],
)
def test_what_names_no_group_is_refused(schedule, groups, error, text) -> None:
    with pytest.raises(error) as caught:
        RampupLR(named("body", "head"), schedule, groups=groups, **RUN)

    assert text == str(caught.value)


def test_patterns_need_names(weight) -> None:
    with pytest.raises(StateError) as caught:
        RampupLR(SGD([weight], lr=BASE), SCHEDULE, groups={"head.*": hold()}, **RUN)

    assert str(caught.value) == (
        "groups names 'head.*', but group 0 has no parameter names; build the optimizer from "
        "model.named_parameters(), or name the group by its index"
    )
