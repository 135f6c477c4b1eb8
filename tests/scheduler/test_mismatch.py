"""A checkpoint that disagrees with the code: refused in two columns, or settled as asked."""

from typing import Any

import pytest
import torch
from tests.schedule import functions
from torch.optim import SGD

from rampup import RampupLR, decay, from_function, warmup
from rampup.errors import ScheduleError, StateError

SCHEDULE = warmup("2ep") >> decay()
RUN: dict[str, Any] = {"updates": 20, "updates_per_epoch": 5}
DONE = 8


def build(
    schedule: Any = SCHEDULE, lr: float = 0.1, count: int = 1, **options: Any
) -> tuple[SGD, RampupLR]:
    weights = [torch.nn.Parameter(torch.ones(1)) for _ in range(count)]
    optimizer = SGD([{"params": [w]} for w in weights], lr=lr, weight_decay=0.01, momentum=0.9)
    return optimizer, RampupLR(optimizer, schedule, **{**RUN, **options})


def updates(optimizer: SGD, number: int) -> list[float]:
    used = []
    for _ in range(number):
        used.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
    return used


def saved(*args: Any, **options: Any) -> dict[str, Any]:
    """Return the states of a run that has done 8 updates."""
    optimizer, scheduler = build(*args, **options)
    updates(optimizer, DONE)
    return {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}


ASK = (
    "build the scheduler as it was saved, or say with on_mismatch=… whether 'checkpoint' or "
    "'code' holds, or 'stretch' the rest"
)
DISAGREEMENTS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (
        {},
        {"schedule": warmup("1ep") >> decay(), "lr": 0.2, "updates": 30},
        """\
                      checkpoint                                code
  updates of the run  20                                        30
  group 0 base lr     0.1                                       0.2
  lr follows          warmup 2ep linear >> decay linear to 0.0  \
warmup 1ep linear >> decay linear to 0.0""",
    ),
    (
        {},
        {"count": 2},
        """\
          checkpoint  code
  groups  1           2""",
    ),
    (
        {},
        {"also": {"weight_decay": decay()}},
        """\
                             checkpoint  code
  group 0 base weight_decay  —           0.01
  weight_decay follows       —           decay linear to 0.0""",
    ),
    (
        {"count": 2},
        {"count": 2, "groups": {1: "warmup 1ep"}},
        """\
                      checkpoint                                code
  group 1 lr follows  warmup 2ep linear >> decay linear to 0.0  warmup 1ep linear""",
    ),
    (
        {"samples_per_update": ((0, 8), (10, 16))},
        {"samples_per_update": 8, "warm_new_groups": 3},
        """\
                      checkpoint          code
  samples_per_update  [[0, 8], [10, 16]]  8
  warm_new_groups     —                   3up""",
    ),
]


@pytest.mark.parametrize("load", ["scheduler", "optimizer"])
@pytest.mark.parametrize(("theirs", "ours", "table"), DISAGREEMENTS)
def test_it_is_refused_with_both_sides(theirs: Any, ours: Any, table: str, load: str) -> None:
    optimizer, scheduler = build(**ours)
    states = saved(**theirs)
    before = scheduler.state_dict(), [dict(group) for group in optimizer.param_groups]

    with pytest.raises(StateError) as caught:
        {"scheduler": scheduler, "optimizer": optimizer}[load].load_state_dict(states[load])

    assert f"the checkpoint disagrees with the code:\n{table}\n{ASK}" == str(caught.value)
    assert before == (scheduler.state_dict(), [dict(g) for g in optimizer.param_groups])


def test_an_optimizer_that_was_loaded_before_is_refused_too() -> None:
    optimizer, scheduler = build()
    scheduler.detach()
    optimizer.load_state_dict(saved()["optimizer"])

    with pytest.raises(StateError) as caught:
        RampupLR(optimizer, SCHEDULE, updates=30, updates_per_epoch=5)

    expected = """\
the checkpoint disagrees with the code:
                      checkpoint  code
  updates of the run  20          30
"""
    assert expected + ASK == str(caught.value)


def test_bases_that_differ_by_the_rounding_of_a_tensor_are_one() -> None:
    weight = torch.nn.Parameter(torch.ones(1))
    optimizer = torch.optim.Adam([weight], lr=torch.tensor(0.1), foreach=False)
    scheduler = RampupLR(optimizer, SCHEDULE, **RUN)

    scheduler.load_state_dict(saved()["scheduler"])

    assert scheduler.clock.updates == DONE


def test_the_checkpoint_may_hold() -> None:
    theirs = build(count=2)
    expected = updates(theirs[0], 25)[DONE:]
    optimizer, scheduler = build(warmup(3), lr=0.7, count=2, updates=99, on_mismatch="checkpoint")

    scheduler.load_state_dict(saved(count=2)["scheduler"])

    assert scheduler.schedule == SCHEDULE
    assert scheduler.base_lrs == [0.1, 0.1]
    assert expected == updates(optimizer, 25 - DONE)


def test_the_checkpoint_brings_other_hyper_parameters() -> None:
    also = {"weight_decay": decay(), "momentum": warmup(12, start=0.5)}
    optimizer, scheduler = build(on_mismatch="checkpoint")

    optimizer.load_state_dict(saved(also=also)["optimizer"])

    group = optimizer.param_groups[0]
    assert group["weight_decay"] == pytest.approx(0.01 * (1 - DONE / 20))
    assert group["momentum"] == pytest.approx(0.9 * (0.5 + 0.5 * 9 / 12))
    assert set(scheduler.state_dict()["bases"][0]) == {"lr", "weight_decay", "momentum"}


def test_the_code_may_hold() -> None:
    """Only the position is taken over."""
    schedule = warmup(4) >> decay("cosine", to=0.3)
    optimizer, scheduler = build(schedule, lr=0.7, updates=40, on_mismatch="code")

    scheduler.load_state_dict(saved(count=2)["scheduler"])

    plan = schedule.plan(updates=40)
    assert [0.7 * plan(k) for k in range(DONE, 45)] == updates(optimizer, 45 - DONE)


def test_the_rest_may_be_stretched_and_stays_so() -> None:
    optimizer, scheduler = build(updates=32, on_mismatch="stretch")

    optimizer.load_state_dict(saved()["optimizer"])

    assert scheduler.plan.horizon.updates == 32
    used = updates(optimizer, 6)
    again, resumed = build(updates=32)  # now nothing disagrees any more
    again.load_state_dict(optimizer.state_dict())
    used += updates(again, 19)
    # twice as many updates were left as before: two that warm up, and twenty that decay
    assert pytest.approx(used[:4], abs=0.006) == [0.09, 0.095, 0.1, 0.1]
    assert used[4:] == sorted(used[4:], reverse=True)
    assert used[-1] == 0.0 < used[-2]
    assert str(resumed.schedule) == str(scheduler.schedule)


def test_only_the_length_of_the_run_can_be_stretched() -> None:
    _, scheduler = build(warmup(3), updates=30, on_mismatch="stretch")

    with pytest.raises(StateError) as caught:
        scheduler.load_state_dict(saved()["scheduler"])

    assert str(caught.value) == (
        "the checkpoint disagrees with the code:\n"
        "              checkpoint                                code\n"
        "  lr follows  warmup 2ep linear >> decay linear to 0.0  warmup 3up linear\n"
        "on_mismatch='stretch' settles another number of updates alone; "
        "build the scheduler as it was saved"
    )


@pytest.mark.parametrize("mode", ["error", "checkpoint"])
def test_a_curve_that_changed_under_its_name_is_noticed(mode: str) -> None:
    """A function may have been edited, or a shape's formula mended, since the state was saved."""
    schedule = from_function(functions.halves)
    state = saved(schedule)["scheduler"]
    _, scheduler = build(schedule, on_mismatch=mode)

    with pytest.raises(StateError) as caught:
        scheduler.load_state_dict({**state, "fingerprint": "0123456789abcdef"})

    assert "  curve, by its hash  0123456789abcdef  " + state["fingerprint"] in str(caught.value)


def test_a_checkpoint_may_not_choose_what_is_run() -> None:
    _, scheduler = build(on_mismatch="checkpoint")
    state = {**saved()["scheduler"], "schedules": {"lr": "hold 3up >> function os:getcwd"}}

    with pytest.raises(StateError) as caught:
        scheduler.load_state_dict(state)

    assert str(caught.value) == (
        "the checkpoint's schedule calls os:getcwd, which the code does not name, and a "
        "checkpoint may not choose what is run; pass that schedule yourself"
    )


def test_an_unknown_way_to_settle_is_refused() -> None:
    with pytest.raises(ScheduleError) as caught:
        build(on_mismatch="ignore")

    assert str(caught.value) == (
        "on_mismatch 'ignore' is unknown; use one of 'error', 'checkpoint', 'code', 'stretch'"
    )
