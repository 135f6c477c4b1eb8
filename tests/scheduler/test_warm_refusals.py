"""`warm` refuses what is no warmup, and schedulers that have no place for one."""

from typing import Any

import pytest
import torch
from torch.optim import Adam, lr_scheduler as peer

from rampup import RampupLR, decay, hold, saturating, warm, warmup
from rampup.errors import ScheduleError, StateError, UnitError


def adam() -> Adam:
    return Adam([torch.nn.Parameter(torch.ones(2))], lr=0.1)


PER_SAMPLE = "64sp cannot be converted to updates without samples_per_update"


@pytest.mark.parametrize(
    ("schedule", "run", "error", "text"),
    [
        (
            warmup(4) >> hold(3),
            {},
            ScheduleError,
            (
                "'warmup 4up linear >> hold 3up' is not warmup alone; "
                "leave what comes behind the warmup to the scheduler"
            ),
        ),
        (
            "warmup 4up >> hold",
            {"updates": 10},
            ScheduleError,
            "'warmup 4up linear >> hold' takes what is left of the run; give it a length",
        ),
        (
            decay(over=4),
            {},
            ScheduleError,
            (
                "'decay 4up linear to 0.0' is not warmup alone; "
                "leave what comes behind the warmup to the scheduler"
            ),
        ),
        (
            warmup(4).scaled(0.5),
            {},
            ScheduleError,
            "'(warmup 4up linear) scaled 0.5' ends at factor 0.5; a warmup must end at the peak, 1",
        ),
        (
            saturating(9, over=40),
            {},
            ScheduleError,
            "'saturating 9up over 40up' ends at factor 0.988256; a warmup must end at the peak, 1",
        ),
        (
            warmup("5%"),
            {},
            UnitError,
            (
                "'warmup 5% linear' is a share of the run and cannot be converted to updates "
                "without updates; pass updates=…"
            ),
        ),
        (warmup("64sp"), {}, UnitError, f"{PER_SAMPLE}; pass samples_per_update=…"),
        (
            warmup(9),
            {"updates": 9},
            ScheduleError,
            (
                "the warmup of 'warmup 9up linear' lasts 9 updates, but the run has only 9; "
                "shorten the warmup or lengthen the run"
            ),
        ),
        (
            5,
            {},
            ScheduleError,
            "5 is no warmup; pass warmup(…), or its text 'warmup 5ep'",
        ),
        (
            warmup(4),
            {"how": "after"},
            ScheduleError,
            "how = 'after' is unknown; use one of 'front', 'multiply'",
        ),
    ],
    ids=str,
)
def test_what_is_no_warmup_is_refused(schedule: Any, run: Any, error: Any, text: str) -> None:
    with pytest.raises(error) as caught:
        warm(peer.StepLR(adam(), 5), schedule, **run)

    assert text == str(caught.value)


def test_a_scheduler_without_a_place_for_a_warmup_is_refused() -> None:
    with pytest.raises(TypeError) as caught:
        warm(adam(), warmup(4))
    assert str(caught.value) == "Adam is not an LRScheduler of torch; pass one, such as StepLR"

    ours = RampupLR(adam(), warmup(4), updates=9)
    again = adam()
    warm(peer.StepLR(again, 5), warmup(4))
    for scheduler, name in ((ours, "RampupLR"), (peer.StepLR(again, 5), "WarmedLR")):
        with pytest.raises(StateError) as caught:
            warm(scheduler, warmup(4))
        assert str(caught.value) == (
            f"the optimizer follows a {name} already, which has done 0 updates; "
            "detach() that one first"
        )

    with pytest.raises(ScheduleError) as caught:
        warm(peer.LambdaLR(adam(), lambda k: min(k / 4, 1.0)), warmup(4))
    assert str(caught.value) == (
        "the first rate of LambdaLR is 0, and a warmup in front of it would stay there; "
        "build it without a warmup of its own, or use how='multiply'"
    )
