"""Products and schedules changed as a whole: where their pieces lie on a run."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from rampup import (
    Schedule,
    cycle,
    decay,
    exponential,
    from_points,
    hold,
    parse,
    rectified,
    restarts,
    rise,
    saturating,
    steps,
    warmup,
)
from rampup.errors import ScheduleError

RAMP = ((0, 10), (50, 40))
"""Samples per update: 10, and 40 from update 50 on."""


def factors(schedule: Schedule, updates: int = 100, **run: object) -> list[float]:
    return schedule.plan(updates=updates, **run)(np.arange(updates)).tolist()


PLACED: dict[str, tuple[Schedule, list[float]]] = {
    "a lifted schedule keeps its peak": (
        hold(1) >> decay(over=4).lifted(0.5) >> hold(),
        [1, 1, 0.875, 0.75, 0.625, 0.5, 0.5, 0.5],
    ),
    "a lifted schedule starts from the peak": (
        decay(over=2, to=0.5) >> (decay(over=4).scaled(2.0)).lifted(0.25) >> hold(2),
        [1, 0.75, 1.75, 1.375, 1, 0.625, 0.25, 0.25],
    ),
    "a rise goes on from where it is": (
        decay(over=4) >> rise("quadratic", over=2, to=0.8) >> hold(),
        [1, 0.75, 0.5, 0.25, 0, 0.2, 0.8, 0.8],
    ),
    "a rise over the rest, from a factor of its own": (
        decay(over=4) >> rise(start=0.2, anchor="end"),
        [1, 0.75, 0.5, 0.25, 0.4, 0.6, 0.8, 1],
    ),
    "the shorter factor holds its last": (
        hold(1) >> decay(over=4, to=0.5) * decay(over=2, to=0.5) >> hold(2),
        [1, 1, 0.875 * 0.75, 0.75 * 0.5, 0.625 * 0.5, 0.25, 0.25, 0.25],
    ),
    "an open factor takes the rest": (
        hold(2) >> decay() * hold(1),
        [1, 1, 1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6],
    ),
    "a cooldown counts from its schedule's start": (
        hold(3) >> hold().cooldown(at=2, over=2, shape="linear") >> hold(),
        [1, 1, 1, 1, 1, 1, 0.5, 0],
    ),
    "a cooldown of a longer trunk": (
        (warmup(2) >> decay(over=100)).cooldown(at=2, over=4, shape="linear", to=0.5),
        [0.5, 1, 1, 0.875, 0.75, 0.625, 0.5, 0.5],
    ),
    "a rewarm counts from its schedule's start": (
        hold(2) >> hold(6).rewarmed(at=1, over=2, start=0.5),
        [1, 1, 1, 0.75, 1, 1, 1, 1],
    ),
    "repeated after a first phase": (
        hold(2) >> decay(over=2).repeated(2) >> hold(),
        [1, 1, 1, 0.5, 1, 0.5, 0, 0],
    ),
    "a stretch after a first phase": (
        hold(2) >> decay(over=2).stretched(to=4),
        [1, 1, 1, 0.75, 0.5, 0.25, 0, 0],
    ),
    "a stretched cycle keeps its heights at equal progress": (
        cycle(1, low=0, mode="exp_range", gamma=0.5, over=4).stretched(to=8),
        [0, 0.5 * 0.5**0.5, 0.5, 0.5 * 0.5**1.5, 0, 0.5 * 0.5**2.5, 0.125, 0.5 * 0.5**3.5],
    ),
    "a stretched exponential": (
        exponential(0.5, over=4).stretched(to=8), [0.5 ** (k / 2) for k in range(8)],
    ),
    "steps by epoch wait for the next epoch": (
        steps([1, 4], gamma=0.5).per_epoch(), [1, 1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25],
    ),
    "a cooldown by epoch": (
        (warmup(4) >> hold()).cooldown(at=4, over=4, shape="linear").per_epoch(),
        [0.5, 0.5, 1, 1, 1, 1, 0.5, 0.5],
    ),
    "a scaled staircase": (
        decay(over=4).per_epoch().scaled(2).clamped(0.5, 1.5), [1.5, 1.5, 1, 1, 0.5, 0.5, 0.5, 0.5],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("schedule", "expected"), PLACED.values(), ids=PLACED)
def test_where_the_pieces_lie(schedule: Schedule, expected: list[float]) -> None:
    plan = schedule.plan(updates=8, updates_per_epoch=2)

    assert expected == pytest.approx(plan(np.arange(8)).tolist(), abs=1e-15)
    assert plan(np.arange(12)).tolist() == [plan(k) for k in range(12)]
    assert parse(str(schedule)) == schedule


@given(st.lists(st.integers(1, 30), min_size=1, max_size=5), st.integers(150, 400))
def test_what_rounding_misses_of_a_stretch_is_held_or_cut(counts: list[int], to: int) -> None:
    schedule = decay(over=counts[0], to=0.5)
    for count in counts[1:]:
        schedule = schedule >> hold(count)
    plan = (schedule.stretched(to=to) >> decay(over=5, to=0.1)).plan(updates=to + 5)

    assert [plan.curves[0].updates, plan(to)] == [to, 0.5]
    assert np.all(np.diff(plan(np.arange(to + 5))) <= 0)


@pytest.mark.parametrize(
    "piece",
    [
        decay(over="600sp").scaled(0.5),
        hold("600sp") * hold(3),
        (hold("300sp") >> decay(over="300sp")).clamped(0, 0.9),
        hold().cooldown(at="400sp", over="200sp"),
        hold("600sp").rewarmed(at=1, over=2),
        decay(over=7).stretched(to="600sp"),
        parse("(points 0:1 5:0.5) stretched 600sp"),
    ],
    ids=str,
)
@pytest.mark.parametrize("behind", [0, 10, 39])
@pytest.mark.parametrize("steady", [False, True])
def test_behind_an_open_phase_samples_are_counted_back(
    piece: Schedule, behind: int, steady: bool
) -> None:
    """The piece starts at the latest update from which its samples are used up by its end."""
    used = [10 if k < 50 or steady else 40 for k in range(100)]
    schedule = hold() >> piece >> hold(behind) if behind else hold() >> piece
    plan = schedule.plan(updates=100, samples_per_update=10 if steady else RAMP)
    curve = plan.curves[1]
    end = curve.first + curve.updates

    assert end == 100 - behind
    # each length in it is rounded to whole updates by itself
    assert abs(sum(used[curve.first : end]) - 600) <= 40


@pytest.mark.parametrize(("behind", "lasts"), [(0, 15), (35, 15), (36, 60), (40, 60)])
def test_repetitions_behind_an_open_phase_end_where_they_should(behind: int, lasts: int) -> None:
    """Each is as long as the first: 5 updates of 40 samples, or 20 of 10."""
    schedule = hold() >> decay(over="200sp").repeated(3) >> hold(behind + 1)
    plan = schedule.plan(updates=101, samples_per_update=RAMP)
    curve = plan.curves[-2]
    k = np.arange(curve.first, curve.first + curve.updates)

    assert curve.first + curve.updates == 100 - behind
    assert plan(k)[:lasts].tolist() == (1 - np.arange(lasts) % (lasts // 3) / (lasts / 3)).tolist()
    assert plan(k)[lasts:].tolist() == [0.0] * (curve.updates - lasts)


def test_a_schedule_may_be_longer_than_the_run_before_its_end() -> None:
    """Counted back from update 3, 600 samples start before the run: refused with the sum."""
    with pytest.raises(ScheduleError, match="add up to 63 updates, but the run has only 40"):
        (hold() >> hold("600sp") * hold(1) >> hold(3)).plan(updates=40, samples_per_update=10)


@pytest.mark.parametrize("schedule", [saturating(5), rectified(0.9), warmup(5) >> hold()], ids=str)
def test_the_baseline_of_a_whole_has_no_warmup(schedule: Schedule) -> None:
    for whole in (schedule * hold(), schedule.scaled(0.5), schedule.per_epoch().clamped(0, 1)):
        assert whole.has_warmup
        assert not whole.without_warmup().has_warmup
    assert factors((schedule * decay()).without_warmup()) == factors(hold() * decay())


def test_per_epoch_twice_is_once() -> None:
    whole = (
        (warmup("1ep") >> exponential(0.5)).cooldown(at=20, over=10) * steps([3])
        >> from_points([(0, 1)]).rewarmed(at=0, over=1)
        >> restarts("2ep")
    )

    assert whole.per_epoch().per_epoch() == whole.per_epoch() == parse(str(whole.per_epoch()))


def test_nesting_has_an_end_so_that_every_text_can_be_read() -> None:
    deep = hold()
    for _ in range(50):
        deep = deep.scaled(1)

    assert parse(str(deep)) == deep
    with pytest.raises(ScheduleError) as caught:
        deep.clamped(0, 1)
    assert str(caught.value) == "a schedule nests at most 50 deep, not 51"
