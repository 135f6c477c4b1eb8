"""The grid of a race: who takes part, at which rates, and what is refused in which words."""

from typing import Any

import numpy as np
import pytest

from rampup import Horizon, decay, hold, warmup
from rampup.errors import ConfigError, ScheduleError
from rampup.races.members import Grid, rate_table


def test_members_are_the_product_with_seeds_together() -> None:
    grid = Grid.of({"a": "hold", "b": warmup(2) >> hold()}, [0.1, 0.01], [3, 1])

    named = [(m.seed, m.name, m.lr) for m in grid.members]
    assert named == [(s, n, lr) for s in (3, 1) for n in "ab" for lr in (0.01, 0.1)]
    assert grid.shape == (2, 2, 2)


def test_each_member_has_its_own_rate_in_each_update() -> None:
    members = Grid.of([warmup(2) >> hold(), decay("linear")], [0.1, 1.0], 1).members
    table = rate_table(members, Horizon(updates=4))

    expected = np.array([[0.5, 1, 1, 1], [1, 0.75, 0.5, 0.25]])
    assert np.allclose(table.T, [0.1 * expected[0], expected[0], 0.1 * expected[1], expected[1]])


def test_a_key_belongs_to_the_member_and_to_nobody_else() -> None:
    one, other = Grid.of(["hold", "warmup 1 >> hold"], [0.1, 0.2], 5), Grid.of(["hold"], [0.2], [3])

    keys = {(str(m.schedule), m.lr, m.seed): m.key for m in one.members}
    assert len(set(keys.values())) == 20
    [member] = other.members
    assert keys["hold", 0.2, 3] == member.key


@pytest.mark.parametrize(
    ("text", "rates"),
    [("1e-3:10:5", (0.001, 0.01, 0.1, 1.0, 10.0)), ("0.3, 0.1", (0.1, 0.3)), ("2", (2.0,))],
)
def test_rates_as_text(text: str, rates: tuple[float, ...]) -> None:
    assert Grid.of(["hold"], text, 1).lrs == rates


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schedules": []}, "schedules is empty; a race needs at least one schedule"),
        ({"schedules": "hold"}, "schedules = 'hold' is one text; write a list of schedules"),
        ({"schedules": [3]}, "3 is no schedule; write rampup.warmup(…) … or its text"),
        (
            {"schedules": ["hold", hold()]},
            "schedule 'hold' is given twice; race each schedule once",
        ),
        ({"lrs": []}, "lrs is empty; a race needs at least one rate"),
        ({"lrs": [0.1, -1]}, "lrs holds -1; a peak rate is a finite number > 0"),
        ({"lrs": [True]}, "lrs holds True; a peak rate is a finite number > 0"),
        ({"lrs": [0.1, 0.1]}, "lrs = [0.1, 0.1] holds a rate twice; race each rate once"),
        (
            {"lrs": "1:0.1:3"},
            (
                "lrs = '1:0.1:3' is no range of rates; write low:high:count such as 1e-4:1:13, "
                "or 0.01,0.1"
            ),
        ),
        ({"seeds": 0}, "seeds = 0 is no number of seeds; write a whole number ≥ 1"),
        ({"seeds": [-1]}, "seeds holds -1; write whole numbers from 0 to 4294967295"),
        ({"seeds": [1, 1]}, "seeds = [1, 1]; give at least one seed, and each seed once"),
    ],
)
def test_what_cannot_be_raced_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Grid.of(**{"schedules": ["hold"], "lrs": [0.1], "seeds": 1, **change})
    assert str(refused.value) == message


def test_a_schedule_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ScheduleError, match="lasts 9 updates, but the run has only 4"):
        rate_table(Grid.of(["warmup 9 >> hold"], [0.1], 1).members, Horizon(updates=4))
