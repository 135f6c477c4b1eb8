"""What a run shows to the rules of curves and wiring."""

from typing import Any

import numpy as np
import pytest

from rampup.checker.engine import findings
from rampup.checker.facts import Run
from rampup.checker.finding import Place

WARMUP = [0.1, 0.325, 0.55, 0.775, 1.0, 1.0]


def run(used: list[float], **more: Any) -> list[str]:
    """Return what is found in a run of one group, as lines without its place."""
    planned = more.pop("planned", None)
    fact = Run(
        place=Place(path="run"),
        used=np.array(used)[:, None],
        planned=None if planned is None else np.array(planned)[:, None],
        **more,
    )
    return [str(one).removeprefix("run: ") for one in findings([fact])]


def test_never_applied() -> None:
    says = (
        "error RU301 never-applied: the scheduler was never stepped in 6 updates: the rate stays "
        "at 0.1, where 0.1, 0.325, 0.55, 0.775, 1, 1 … was planned"
    )
    assert run([0.1] * 6, planned=WARMUP, stepped=False) == [says]


@pytest.mark.parametrize(
    ("used", "planned", "stepped"),
    [
        ([0.1] * 6, WARMUP, None),  # nobody watched the calls
        ([0.1] * 6, [0.1] * 6, False),  # nothing was due
        (WARMUP, WARMUP, False),  # somebody else applied it
        ([0.1] * 6, None, False),
        ([0.1] * 6, [np.nan] * 6, False),
    ],
)
def test_what_is_not_dead(used: list[float], planned: list[float], stepped: bool | None) -> None:
    assert run(used, planned=planned, stepped=stepped) == []


def test_stale_optimizer() -> None:
    says = (
        "error RU302 stale-optimizer: the updates were made by another optimizer than the one the "
        "scheduler writes to: they used 1, 1, 1"
    )
    assert run([1.0] * 3, stale=True) == [says]
    assert run([1.0] * 3) == []


def test_two_writers() -> None:
    used = [0.1, 0.325, 0.9, 0.775, 0.5, 1.0]
    says = (
        "warning RU304 two-writers: somebody else than the scheduler wrote the rate before update "
        "2, 0.9 where 0.55 was planned, and before 1 more updates"
    )
    assert run(used, planned=WARMUP, writes=(2, 4)) == [says]
    assert run(used, planned=WARMUP) == []
    assert run(WARMUP, planned=WARMUP, writes=(2, 4)) == []  # what was planned all the same


def test_a_plateau_that_drops_in_the_warmup() -> None:
    # patience 1 and a warmup that multiplies what it finds
    used = [0.1, 0.325, 0.055, 0.0775, 0.1, 0.01]
    (says,) = run(used, planned=WARMUP)
    assert says == (
        "warning RU307 plateau-wiring: the rate drops from 0.325 to 0.055 at update 2, while the "
        "warmup goes on to 0.55"
    )
    assert run([*WARMUP[:5], 0.1], planned=WARMUP) == []  # behind it, it may
    assert run([0.1, 0.325, 0.3, 0.775, 1.0, 1.0], planned=WARMUP) == []  # it did not stay


def test_a_warmup_that_stops_short() -> None:
    used = [0.2, 0.4, 0.6, 0.8, 0.8, 0.8]
    (says,) = run(used, base=(1.0,))
    assert says == (
        "warning RU102 peak-not-reached: the highest rate is 0.8 of 1: the warmup stops one step "
        "short of its peak, 0.4, 0.6, 0.8, 0.8, 0.8"
    )
    assert run([0.2, 0.4, 0.6, 0.8], base=(1.0,)) == []  # it is not over
    assert run([0.2, 0.4, 0.6, 0.6], base=(1.0,)) == []  # it was not going to the base


def test_a_first_epoch_of_nothing() -> None:
    used = [0.0, 0.0, 0.0, 0.5, 0.5, 0.5]
    (says,) = run(used, epochs=(0, 3))
    assert says == (
        "warning RU101 zero-first-rate: the whole first epoch, updates 0 to 2, moves no weight: "
        "its rate is 0, and the next one 0.5"
    )
    assert run(used) == []
    assert run([0.0, 0.5, 0.5], epochs=(0, 1)) == [
        "note RU101 zero-first-rate: update 0 moves no weight: the rates begin with 0, 0.5, 0.5"
    ]


@pytest.mark.parametrize(("first", "count"), [(0.0, 1), (float("nan"), 0)])
def test_a_first_epoch_at_rate_zero_is_found_and_one_of_unknown_rates_is_not(
    first: float, count: int
) -> None:
    said = run([first, first, 0.1, 0.1, 0.1], epochs=(0, 2, 4))
    assert len([one for one in said if "RU101" in one]) == count
