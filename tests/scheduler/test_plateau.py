"""A plateau behind a warmup: torch's `ReduceLROnPlateau` in one object with what comes before."""

import json
import math
from typing import Any

import pytest
import torch
from hypothesis import given, strategies as st
from tests.checkpoints import through_a_file
from tests.refused import refused
from torch.optim import SGD
from torch.optim.lr_scheduler import ReduceLROnPlateau

from rampup import RampupLR, decay, hold, parse, warmup
from rampup.errors import ScheduleError
from rampup.schedule.plateau import plateau

metrics = st.lists(
    st.one_of(st.floats(-2, 2), st.sampled_from([0.5, 1.0, math.nan, math.inf])), max_size=40
)
settings = st.fixed_dictionaries(
    {
        "factor": st.floats(0, 0.9),
        "patience": st.integers(0, 3),
        "mode": st.sampled_from(["min", "max"]),
        "threshold": st.sampled_from([0.0, 1e-4, 0.3]),
        "threshold_mode": st.sampled_from(["rel", "abs"]),
        "cooldown": st.integers(0, 3),
    }
)


def build(schedule: Any, **options: Any) -> tuple[SGD, RampupLR]:
    optimizer = SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
    return optimizer, RampupLR(optimizer, schedule, updates=1000, **options)


def heard(optimizer: SGD, scheduler: RampupLR, reports: list[float]) -> list[float]:
    """Report each metric and make an update; return the rates used."""
    used = []
    for report in reports:
        scheduler.step(report)
        used.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
    return used


@given(metrics, settings, st.sampled_from([0.0, 0.02]))
def test_it_drops_when_torchs_does(reports: list[float], how: dict[str, Any], to: float) -> None:
    reference = SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
    theirs = ReduceLROnPlateau(reference, **how, min_lr=0.5 * to, eps=0.0)
    optimizer, ours = build(plateau(**how, to=to))

    used = heard(optimizer, ours, reports)

    expected = []
    for report in reports:
        theirs.step(report)
        expected.append(reference.param_groups[0]["lr"])
    assert expected == pytest.approx(used, rel=1e-12, abs=1e-300)


def test_nothing_that_is_reported_in_the_warmup_is_heard() -> None:
    optimizer, scheduler = build(warmup(5) >> plateau(0.5, patience=1))

    used = heard(optimizer, scheduler, [1.0] * 10)

    # the first report that is heard is the best so far, two without progress follow
    assert pytest.approx(used) == [0.1, 0.2, 0.3, 0.4, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125]
    assert str(scheduler.schedule).endswith("to 0.0 dropped 2up,4up")


def test_several_reports_at_one_update_are_one() -> None:
    """Each process of a run, or a trainer that steps twice, may report."""
    optimizer, scheduler = build(plateau(0.5, patience=2))

    for _ in range(4):
        for _ in range(8):
            scheduler.step(1.0)
        optimizer.step()

    assert scheduler.get_last_lr() == [0.25]


def test_without_a_metric_it_holds() -> None:
    optimizer, scheduler = build(warmup(2) >> plateau(0.5, patience=0))

    for _ in range(9):
        scheduler.step()
        optimizer.step()

    assert scheduler.get_last_lr() == [0.5]


def test_what_comes_behind_goes_on_from_the_drop() -> None:
    schedule = warmup(2) >> plateau(0.5, patience=0, over=10) >> decay(over=4)
    optimizer, scheduler = build(schedule)

    used = heard(optimizer, scheduler, [1.0] * 5 + [0.1 - k / 100 for k in range(12)])

    assert used[:5] == [0.25, 0.5, 0.5, 0.25, 0.125]
    assert used[11:] == [0.125, 0.125, 0.09375, 0.0625, 0.03125, 0.0]


@pytest.mark.parametrize("load", ["both", "optimizer", "scheduler"])
@pytest.mark.parametrize("stop", range(0, 30, 3))
def test_what_it_heard_is_saved(stop: int, load: str) -> None:
    reports = [1.0, 0.5, *[0.5] * 10, 0.2, *[0.3] * 20]
    schedule = warmup(3) >> plateau(0.5, patience=2, cooldown=1)
    optimizer, scheduler = build(schedule)
    heard(optimizer, scheduler, reports[:stop])
    saved = through_a_file({"o": optimizer.state_dict(), "s": scheduler.state_dict()})
    expected = heard(optimizer, scheduler, reports[stop:])

    other, resumed = build(schedule)
    if load != "scheduler":
        other.load_state_dict(saved["o"])
    if load != "optimizer":
        resumed.load_state_dict(json.loads(json.dumps(saved["s"])))

    assert expected == heard(other, resumed, reports[stop:])


def test_a_cooldown_ends_the_waiting() -> None:
    optimizer, scheduler = build(plateau(0.5, patience=0))
    heard(optimizer, scheduler, [1.0, 1.0])

    scheduler.cooldown(over=4, shape="linear")

    assert heard(optimizer, scheduler, [9.0] * 5) == [0.25, 0.1875, 0.125, 0.0625, 0.0]


@given(settings, st.floats(0, 1), st.lists(st.integers(0, 10**6), unique=True))
def test_its_text_is_read_back(how: dict[str, Any], to: float, dropped: list[int]) -> None:
    text = str(hold(3) >> plateau(**how, to=to))
    if dropped:
        text += " dropped " + ",".join(f"{k}up" for k in sorted(dropped))

    assert text == str(parse(text))
    assert parse(text) == parse(str(parse(text)))


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (
            lambda: plateau(1.0),
            "a plateau by factor 1 never drops; use one below 1, such as 0.1",
        ),
        (
            lambda: plateau(patience=-1),
            "plateau patience -1: use a whole number of reports ≥ 0",
        ),
        (lambda: plateau(mode="low"), "plateau mode 'low' is unknown; use one of 'min', 'max'"),
        (
            lambda: build(plateau(0.5) >> plateau(0.1)),
            (
                "2 phases of 'plateau 0.5 patience 10 threshold 0.0001 to 0.0 >> plateau 0.1 "
                "patience 10 threshold 0.0001 to 0.0' have no length; only one can take what the "
                "others leave, give the rest a length"
            ),
        ),
        (
            lambda: build(plateau(0.5, over=5) >> plateau(0.1)),
            (
                "one metric is heard, so one plateau can wait for it, not 2; "
                "write the same plateau in all groups"
            ),
        ),
        (
            lambda: build(warmup(3) >> plateau(0.5).scaled(0.5)),
            (
                "the plateau in 'warmup 3up linear >> (plateau 0.5 patience 10 threshold 0.0001 "
                "to 0.0) scaled 0.5' stands in parentheses or a product, where it cannot drop; "
                "write it as a phase of its own"
            ),
        ),
        (
            lambda: build(hold(), also={"momentum": plateau()}),
            (
                "momentum is 0 in every group, and a schedule multiplies it; "
                "give the optimizer momentum=…"
            ),
        ),
        (
            lambda: build(plateau())[1].stretch(updates=2000),
            (
                "'plateau 0.1 patience 10 threshold 0.0001 to 0.0' waits for a metric, so there is "
                "no rest of it to stretch; build the scheduler with the updates of the whole run"
            ),
        ),
    ],
)
def test_what_cannot_wait_is_refused(make: Any, text: str) -> None:
    assert refused(make, ScheduleError) == text
