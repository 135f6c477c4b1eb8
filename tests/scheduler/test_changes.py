"""What is done during a run: cooled down, warmed up again, stretched; and done again on resume."""

import io
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, strategies as st
from torch.optim import SGD

from rampup import RampupLR, decay, hold, parse, warmup
from rampup.errors import ScheduleError, UnitError

SCHEDULE = warmup("10%") >> hold() >> decay("cosine", over="40%", to=0.1)
TRUNK = SCHEDULE.plan(updates=100)


def build(schedule: Any = SCHEDULE, **options: Any) -> tuple[SGD, RampupLR]:
    optimizer = SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0, weight_decay=0.5)
    return optimizer, RampupLR(optimizer, schedule, **{"updates": 100, **options})


def updates(optimizer: SGD, number: int) -> list[float]:
    """Make so many updates and return the rates used."""
    used = []
    for _ in range(number):
        used.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
    return used


CHANGES: dict[str, Callable[[RampupLR], None]] = {
    "cooldown": lambda scheduler: scheduler.cooldown(over=20, to=0.05),
    "cooldown past the end": lambda scheduler: scheduler.cooldown(over=200, shape="linear"),
    "rewarm": lambda scheduler: scheduler.rewarm(over=5, start=0.1),
    "stretch": lambda scheduler: scheduler.stretch(updates=160),
    "shrink": lambda scheduler: scheduler.stretch(updates=70),
}


@given(st.integers(0, 100), st.integers(1, 150), st.floats(0, 0.1))
def test_a_cooldown_ends_the_trunk_where_it_is(at: int, over: int, to: float) -> None:
    optimizer, scheduler = build()
    used = updates(optimizer, at)

    scheduler.cooldown(over=over, shape="linear", to=to)

    used += updates(optimizer, over + 3)
    top = TRUNK(at)
    expected = [TRUNK(k) for k in range(at)]
    expected += [to + (top - to) * (1 - k / over) for k in range(over)] + [to] * 3
    assert expected == pytest.approx(used, abs=1e-12)
    assert scheduler.plan.horizon.updates == max(100, at + over)


@given(st.integers(0, 94), st.floats(0, 1))
def test_a_rewarm_joins_the_schedule_again_exactly(at: int, start: float) -> None:
    optimizer, scheduler = build()
    used = updates(optimizer, at)

    scheduler.rewarm(over=5, start=start)

    used += updates(optimizer, 105 - at)
    climb = [start + (1 - start) * (k + 1) / 5 for k in range(5)]
    expected = [TRUNK(at + k) * share for k, share in enumerate(climb)]
    assert [TRUNK(k) for k in range(at)] == used[:at]
    assert expected == pytest.approx(used[at : at + 5], abs=1e-12)
    assert [TRUNK(k) for k in range(at + 5, 105)] == used[at + 5 :]


@given(st.integers(0, 99), st.integers(1, 300))
def test_a_stretch_gives_the_rest_more_or_less_time(at: int, left: int) -> None:
    """What was used stays; the rest goes through the same factors, evenly slower or faster."""
    optimizer, scheduler = build(decay())  # the straight line shows where each update reads
    line = [1 - k / 100 for k in range(101)]
    used = updates(optimizer, at)

    scheduler.stretch(updates=at + left)

    used += updates(optimizer, left + 2)
    rest = [line[at] * (1 - k / left) for k in range(left)] + [0.0, 0.0]
    one_update = max(1 / 100, line[at] / left)
    assert line[:at] == pytest.approx(used[:at], abs=1e-12)
    assert rest == pytest.approx(used[at:], abs=one_update)
    assert used[at:] == sorted(used[at:], reverse=True)
    assert scheduler.plan.horizon.updates == at + left


def test_a_stretch_keeps_the_schedules_own_anchors() -> None:
    """Stretched within its warmup, the schedule still reaches its peak, and its end."""
    optimizer, scheduler = build(warmup(10) >> decay(over="50%") >> hold())
    updates(optimizer, 5)

    scheduler.stretch(updates=195)

    used = updates(optimizer, 195)
    assert max(used) == 1.0
    assert used == [*sorted(used[: used.index(1.0)]), *sorted(used[used.index(1.0) :])[::-1]]
    assert used.index(1.0) == pytest.approx(9, abs=1)  # 5 updates were left of it, so 10 are now


@pytest.mark.parametrize("load", ["both", "optimizer", "scheduler"])
@pytest.mark.parametrize("first", CHANGES)
@pytest.mark.parametrize("second", CHANGES)
def test_a_resume_does_it_all_again(first: str, second: str, load: str) -> None:
    optimizer, scheduler = build(also={"weight_decay": decay(to=0.2)})
    updates(optimizer, 30)
    CHANGES[first](scheduler)
    updates(optimizer, 12)
    try:
        CHANGES[second](scheduler)
    except ScheduleError:
        assert "rewarm" in second or "stretch" in second or "shrink" in second
    updates(optimizer, 4)
    file = io.BytesIO()
    torch.save({"o": optimizer.state_dict(), "s": scheduler.state_dict()}, file)
    file.seek(0)
    saved = torch.load(file, weights_only=True)

    other, resumed = build(also={"weight_decay": decay(to=0.2)})
    if load != "scheduler":
        other.load_state_dict(saved["o"])
    if load != "optimizer":
        resumed.load_state_dict(saved["s"])

    assert resumed.schedule == scheduler.schedule
    assert parse(str(resumed.schedule)) == resumed.schedule
    assert updates(optimizer, 90) == updates(other, 90)
    decays = [o.param_groups[0]["weight_decay"] for o in (optimizer, other)]
    assert decays[0] == decays[1]


def test_a_stretch_takes_the_other_hyper_parameters_along() -> None:
    optimizer, scheduler = build(also={"weight_decay": decay()})
    updates(optimizer, 50)

    scheduler.stretch(updates=150)

    updates(optimizer, 50)
    assert optimizer.param_groups[0]["weight_decay"] == pytest.approx(0.5 * 0.25)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            lambda scheduler: scheduler.stretch(updates=40),
            "a run of 100 updates cannot be stretched to 40 after 60: both ends must lie ahead",
        ),
        (
            lambda scheduler: scheduler.stretch(updates=0),
            "updates must be a whole number ≥ 1, not 0",
        ),
        (
            lambda scheduler: scheduler.cooldown(over=10, to=0.99999),
            (
                "'(warmup 10% linear >> hold >> decay 40% cosine to 0.1) cooldown at 80up over "
                "10up 1-sqrt to 0.99999' would rise: its factor there is 0.55; "
                "cool down to at most 0.55"
            ),
        ),
        (
            lambda scheduler: scheduler.rewarm(over=50),
            (
                "'(warmup 10% linear >> hold >> decay 40% cosine to 0.1) rewarmed at 80up over "
                "50up linear from 0.0' is back on its curve after 130 updates, but lasts only 100; "
                "dip earlier or climb faster"
            ),
        ),
        (lambda scheduler: scheduler.rewarm(over=-1), "a length of -1 updates cannot be meant"),
    ],
)
def test_what_cannot_be_done_changes_nothing(change: Any, text: str) -> None:
    optimizer, scheduler = build()
    updates(optimizer, 60 if "60" in text or "whole" in text else 80)
    before = scheduler.state_dict()

    with pytest.raises((ScheduleError, UnitError)) as caught:
        change(scheduler)

    assert str(caught.value).startswith(text)
    assert before == scheduler.state_dict()
    done = scheduler.clock.updates
    assert [TRUNK(k) for k in range(done, 100)] == updates(optimizer, 100 - done)
