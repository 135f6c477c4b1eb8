"""Rules on runs and resumes beside their edges, from facts written down."""

from typing import Any

import numpy as np
import pytest
import torch

import rampup
from rampup.checker.engine import findings
from rampup.checker.facts import Group, Run, Wiring
from rampup.checker.finding import Place


def run(used: Any, **facts: Any) -> Run:
    rates = np.asarray(used, dtype=np.float64).reshape(len(used), -1)
    return Run(place=Place(key="run"), used=rates, **facts)


def steps(count: int, each: int = 1) -> Any:
    return np.array([0, *[each] * (count - 1)])


def told(fact: Any, code: str) -> list[tuple[str, str]]:
    return [(one.severity, one.message) for one in findings([fact]) if one.code == code]


def test_p9_a_run_that_is_planned_shorter_than_its_schedule() -> None:
    used = np.linspace(1, 0, 101)[:20]
    assert told(run(used, calls=steps(20), ends=100, expected=20), "RU204") == [
        ("warning", "the schedule lasts 100 updates and the run is planned for 20")
    ]
    stopped = run(used, calls=steps(20), ends=100, finished=True)
    assert told(stopped, "RU204") == [
        ("note", "the run ended after 20 of the 100 updates of its schedule, at 0.81")
    ]
    assert told(run(used, calls=steps(20), ends=100), "RU204") == []
    assert told(run(used, calls=steps(20), ends=20, expected=20), "RU204") == []


def test_a_rate_that_comes_back_behind_its_schedule() -> None:
    used = 0.5 + 0.5 * np.cos(np.pi * np.arange(9) / 4)
    assert told(run(used, calls=steps(9), ends=4, base=(1.0,)), "RU204") == [
        (
            "error",
            (
                "the schedule is over after 4 updates at 0, and the rate comes back to 1 in the "
                "5 updates after it"
            ),
        )
    ]
    assert told(run(used, calls=steps(9), ends=4, base=(1.0,), cyclic=True), "RU204") == []


def test_a_rate_that_is_negative() -> None:
    assert told(run(1 - np.arange(8) / 5), "RU204") == [
        ("error", "the rate is negative from update 6 on: -0.2")
    ]


@pytest.mark.parametrize(("lead", "severity"), [(1, "note"), (2, "warning")])
def test_a_lead_is_noted_below_a_thousandth(lead: int, severity: str) -> None:
    fact = run([1.0] * 8, skipped=(3,), lead=lead, expected=1001)
    assert [one for one, _ in told(fact, "RU402")] == [severity]


def test_two_wrong_logs_are_too_few() -> None:
    used = [1.0, 0.5, 0.25, 0.125, 0.1, 0.1]
    assert told(run(used, reported=np.array(used)[:, None]), "RU403") == []
    said = np.array([0.5, 0.25, 0.25, 0.125, 0.1, 0.1])[:, None]
    assert told(run(used, reported=said), "RU403") == []


def test_ranks_that_agree_and_ranks_that_do_not() -> None:
    assert told(run([1.0], ranks=np.array([[0.1], [0.1 + 1e-9]])), "RU306") == []
    assert told(run([1.0], ranks=np.array([[0.1], [0.05]])), "RU306") == [
        ("error", "the processes use different rates: rank 1 0.05, rank 0 0.1")
    ]


def test_last_epoch_shows_on_live_objects() -> None:
    def wired(rate: float) -> Wiring:
        group = Group(rate=rate, base=1.0, expected=0.25)
        place = Place(key="StepLR")
        return Wiring(place=place, kind="StepLR", groups=(group,), index=8, seeded=True)

    assert told(wired(0.125), "RU505") == [
        (
            "error",
            (
                "the StepLR was built with last_epoch=7, and the rate of group 0 is 0.125 instead "
                "of 0.25"
            ),
        )
    ]
    assert told(wired(0.25), "RU505") == []


@pytest.mark.parametrize(("updates", "found"), [(None, []), (40, []), (60, ["RU204"])])
def test_a_schedule_ends_where_nobody_says_how_long_the_run_is(
    updates: int | None, found: list[str]
) -> None:
    optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 40)
    assert [one.code for one in rampup.check(scheduler, updates=updates)] == found
