"""Points against numpy's interpolation, functions against themselves, and what both refuse."""

import math
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, strategies as st
from tests.refused import refused
from tests.schedule import functions
from tests.strategies import shapes

from rampup import Plan, Schedule, decay, from_function, from_points, hold, parse, warmup
from rampup.errors import ScheduleError
from rampup.schedule.points import Function

PLACES = st.lists(st.integers(0, 200).map(lambda x: x / 4), min_size=1, max_size=6, unique=True)


@given(PLACES.map(sorted), st.data())
def test_linear_points_are_what_numpy_interpolates(
    places: list[float], data: st.DataObject
) -> None:
    factors = [data.draw(st.floats(0, 3)) for _ in places]
    plan = from_points(list(zip(places, factors, strict=True))).plan(updates=100)
    k = np.arange(120)

    np.testing.assert_allclose(plan(k), np.interp(k, places, factors), rtol=1e-12, atol=1e-12)
    assert [plan(int(i)) for i in k] == plan(k).tolist()


@given(shape=shapes, factors=st.lists(st.integers(0, 200), min_size=2, max_size=5))
def test_a_curve_stays_between_its_points(shape: str, factors: list[int]) -> None:
    points = [(10 * i, factor / 100) for i, factor in enumerate(factors)]
    plan = from_points(points, shape).plan(updates=100)

    for (at, a), (then, b) in pairwise(points):
        inside = plan(np.arange(at, then))
        assert np.all((inside >= min(a, b) - 1e-15) & (inside <= max(a, b) + 1e-15))
        assert np.all(np.diff(inside) * np.sign(b - a) >= -1e-15)
        if shape != "tanh":  # which comes close to its ends only
            assert plan(at) == pytest.approx(a, abs=1e-12)


@pytest.mark.parametrize("shape", ["linear", "exponential", "cosine"])
@pytest.mark.parametrize("least", [0.0, 5e-324, 1e-310])
def test_next_to_zero_no_ratio_overflows(shape: str, least: float) -> None:
    plan = from_points([(0, least), (10**12, 2.0), (10**12 + 5, least)], shape).plan(updates=10**13)
    k = np.array([0, 1, 10**6, 10**12 - 1, 10**12, 10**12 + 1, 10**12 + 6])

    assert [plan(int(i)) for i in k] == plan(k).tolist()
    assert plan(10**12) == 2.0


def test_points_count_from_where_their_phase_starts() -> None:
    plan = (hold(5) >> from_points([(0, 0.5), (10, 1.5)]) >> decay(to=0.5)).plan(updates=26)

    assert [plan(5), plan(10), plan(15), plan(16), plan(21)] == [0.5, 1.0, 1.5, 1.5, 1.0]


def test_points_take_part_in_a_stretch() -> None:
    """They last 9 updates; twice that is 18, and the middle of the curve moves to update 8."""
    points = from_points([(0, 0.0), (4, 1.0), (8, 0.5)])
    plan = points.stretched(to=18).plan(updates=18)

    assert [plan(k) for k in (0, 4, 8, 12, 16, 17)] == [0.0, 0.5, 1.0, 0.75, 0.5, 0.5]


def test_one_point_is_a_level() -> None:
    plan = from_points([(3, 0.7)]).plan(updates=10)

    assert plan(np.arange(12)).tolist() == [0.7] * 12 == [plan(k) for k in range(12)]


@pytest.mark.parametrize("function", [functions.halves, functions.Kept.flat, math.exp2])
def test_a_function_is_asked_for_each_update(function: Callable[[int], float]) -> None:
    schedule = hold(3) >> from_function(function, over=5) >> decay(to=0.0)
    plan = schedule.plan(updates=20)
    k = np.arange(8)

    assert plan(k).tolist() == [1.0] * 3 + [float(function(i)) for i in range(5)]
    assert plan(np.array([[3], [4]])).shape == (2, 1)
    assert plan(8) == plan(7) == float(function(4))
    assert schedule == parse(str(schedule)) == Schedule.from_dict(schedule.to_dict())


def test_a_function_is_not_imported_to_be_read() -> None:
    text = "function nowhere.at_all:factor over 5up"

    assert str(parse(text)) == text


BELOW = "a factor must be a finite number ≥ 0"
LATER = "write 'package.module:name' of a function that can"


def once(function: Callable[[int], float], over: int = 10) -> Plan:
    return from_function(function, over).plan(updates=10)


def lost(path: str) -> Schedule:
    return Schedule((Function(path=path),)).plan(updates=10)


KEPT = functions.Kept()
nameless = lambda k: k / 2  # noqa: E731
partly = partial(max, 1)
HERE = "tests.schedule.functions"
SAVED = (
    "has no name that can be imported, so it cannot be saved; put it at the top level of a module"
)
REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "a lambda": (lambda: from_function(nameless), f"{nameless!r} {SAVED}"),
    "no name": (lambda: from_function(partly), f"{partly!r} {SAVED}"),
    "a twin": (lambda: from_function(KEPT.shifted), (
        f"{HERE}:Kept.shifted is another function than {KEPT.shifted!r}; rename one")),
    "below": (lambda: once(functions.below), f"{HERE}:below(9) is -1.0; {BELOW}"),
    "nowhere": (lambda: lost("nowhere:f"), (
        f"function 'nowhere:f' cannot be imported (No module named 'nowhere'); {LATER}")),
    "no such name": (lambda: lost(f"{HERE}:thirds"), (
        f"function '{HERE}:thirds' cannot be imported "
        f"(module '{HERE}' has no attribute 'thirds'); {LATER}")),
    "a number": (lambda: lost(f"{HERE}:number"), (
        f"function '{HERE}:number' is int, not a function")),
    "relative": (lambda: lost(".functions:below"), (
        "function '.functions:below' is no path; "
        "write 'package.module:name' of a function that can be imported")),
    "no points": (lambda: from_points([]), (
        "points need at least one (update, factor); write [(0, 0.1), …]")),
    "order": (lambda: from_points([(3, 1), (2, 1)]), (
        "the updates of points must ascend, not [3.0, 2.0]")),
    "twice": (lambda: from_points([(3, 1), (3, 0)]), (
        "the updates of points must ascend, not [3.0, 3.0]")),
    "negative": (lambda: from_points([(-1, 1)]), "points -1: an update must be a number ≥ 0"),
    "nan": (lambda: from_points([(math.nan, 1)]), "points nan: an update must be a number ≥ 0"),
    "bool": (lambda: from_points([(True, 1)]), "points True: an update must be a number ≥ 0"),
    "far": (lambda: from_points([(1e300, 1)]), (
        "points 1e+300: an update beyond 2^53 cannot be counted exactly")),
    "factor": (lambda: from_points([(5, -0.5)]), f"points 5: -0.5: {BELOW}"),
    "infinite": (lambda: from_points([(5, math.inf)]), f"points 5: inf: {BELOW}"),
    "word": (lambda: from_points([(5, "1")]), "points 5: '1': a factor must be a number"),
    "shape": (lambda: from_points([(5, 1)], "line"), (
        "shape 'line' is unknown; did you mean 'linear' or 'cosine'?")),
    "too long": (lambda: (warmup(5) >> from_points([(9, 1)])).plan(updates=10), (
        "the phases of 'warmup 5up linear >> points 9.0:1.0 linear' add up to 15 updates, "
        "but the run has only 10; shorten a phase or lengthen the run")),
}  # fmt: skip


@pytest.mark.parametrize(("make", "text"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_meant_is_refused(make: Callable[[], object], text: str) -> None:
    assert refused(make, ScheduleError) == text


ANSWERS = ["None", "'fast'", str(10**400), "nan", "inf", "1j"]


@pytest.mark.parametrize(("k", "value"), [*enumerate(ANSWERS)])
def test_what_a_function_answers_must_be_a_factor(k: int, value: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        once(functions.words, over=k + 1)

    assert f"{HERE}:words({k}) is {value}; {BELOW}" == str(caught.value)
