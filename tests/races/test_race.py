"""`race`: what it refuses, halving, fallback, and that a run's own members are in it."""

from typing import Any

import numpy as np
import pytest
import torch
from tests.races.models import members, mlp, quiet, task
from torch import nn

from rampup import race
from rampup.errors import ConfigError, DataError, ScheduleError
from rampup.races.batch import Batch
from rampup.races.members import Grid
from rampup.races.result import Race
from rampup.races.running import Progress, first_rung, survivors
from rampup.units import Horizon

DATA = (torch.randn(40, 5, generator=torch.Generator().manual_seed(1)), torch.arange(40) % 3)


def small(**changes: Any) -> Race:
    values: dict[str, Any] = {
        "loss": nn.functional.cross_entropy,
        "schedules": ["warmup 4 >> hold", "hold"],
        "lrs": [0.001, 0.01, 0.1],
        "seeds": 3,
        "updates": 30,
        "batch_size": 8,
    }
    return race(changes.pop("make", mlp), changes.pop("data", DATA), **{**values, **changes})


def test_engines_agree_on_the_verdicts() -> None:
    batched, alone = small(engine="batched"), small(engine="sequential")

    assert np.allclose(batched.losses, alone.losses, rtol=1e-3)
    assert [one.best_lr for one in batched.schedules] == [one.best_lr for one in alone.schedules]
    assert (batched.engine, alone.engine) == ("batched", "sequential")


def test_the_size_of_batches_changes_no_bit() -> None:
    whole, parts = small(engine="batched"), small(engine="batched", max_memory=200_000)

    assert np.array_equal(whole.losses, parts.losses)


def test_any_optimizer_of_torch_races_one_after_the_other() -> None:
    found = small(optimizer=lambda p: torch.optim.LBFGS(p, max_iter=2), seeds=1, updates=5)

    assert np.isfinite(found.losses).all()
    assert found.reason.startswith("not batched: its optimizer is a function")


def test_a_race_leaves_torchs_random_state_alone() -> None:
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    small(seeds=1, updates=5)
    assert torch.equal(torch.rand(3), wanted)


def test_halving_keeps_a_third_of_each_schedules_rates() -> None:
    lrs = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3]
    cut, whole = (small(lrs=lrs, halving=on, engine="batched") for on in (True, False))

    assert cut.dropped.sum(axis=(0, 2)).tolist() == [12, 12]
    kept = ~cut.dropped
    assert np.array_equal(cut.losses[:, kept], whole.losses[:, kept])
    assert np.array_equal(cut.losses[:10], whole.losses[:10])
    assert np.isnan(cut.losses[10:][:, cut.dropped]).all()
    assert (cut.diverged_at == -1).all()
    assert not whole.dropped.any()


def test_the_first_rung_is_behind_every_warmup_and_a_third_of_the_run() -> None:
    on = task("mlp", horizon=Horizon(updates=90))
    for texts, rung in ((["hold"], 30), (["warmup 50% >> hold", "hold"], 45)):
        assert first_rung(Grid.of(texts, [0.1], 1), on) == rung


def test_a_schedule_that_diverged_everywhere_keeps_a_survivor() -> None:
    grid = Grid.of(["hold", "warmup 2 >> hold"], [0.1, 0.2, 0.3, 0.4], 2)
    losses = np.ones((10, 16)) * np.arange(16)
    by_schedule = losses.reshape(10, *grid.shape)
    by_schedule[:, :, 0] = np.nan
    kept = survivors(grid, losses).reshape(grid.shape)

    assert kept.sum(axis=2).tolist() == [[2, 2], [2, 2]]
    assert kept[0, 1].tolist() == [True, True, False, False]


def test_progress_counts_what_is_alive_and_names_leaders() -> None:
    told: list[Progress] = []
    make = lambda: nn.Linear(5, 3)  # noqa: E731
    small(
        make=make, optimizer="sgd", lrs=[0.01, 1e30], updates=3000, listener=told.append,
        engine="batched", loss=lambda out, y: (out - y[:, None]).square().mean(),
    )  # fmt: skip

    assert told
    last = told[-1]
    assert (last.members, last.total) == (12, 36_000)
    assert 0 < last.done <= last.total
    assert last.alive == 6
    assert last.per_second > 0
    assert [lr for _, lr, _, _ in last.leaders] == [0.01] * 3
    assert sorted(told, key=lambda progress: progress.done) == told


def test_memory_does_not_grow_with_the_updates() -> None:
    """Losses go to a table that is there from the start; nothing else stays."""
    import resource

    on = task("mlp", horizon=Horizon(updates=620, updates_per_epoch=5))
    batch = Batch(on, members(), trace=True)
    batch.advance(120, quiet)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    batch.advance(620, quiet)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before

    assert grown * 1024 <= 10 * 10**6


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        ({"updates": None}, ConfigError,
         "the length of the run is updates or epochs; give one of them"),
        ({"epochs": 2}, ConfigError,
         "the length of the run is updates or epochs; give one of them"),
        ({"updates": 0}, ConfigError, "updates = 0 is not a whole number ≥ 1"),
        ({"batch_size": 0}, ConfigError, "batch_size = 0 is not a whole number ≥ 1"),
        ({"clip_norm": 0}, ConfigError, "clip_norm = 0 is not a number > 0"),
        ({"metric": max}, ConfigError, "metric needs held_out, the rows that it is measured on"),
        ({"optimizer": 3}, ConfigError,
         ("optimizer = 3 is none; write a name, (name, options), or a function from parameters to "
         "a torch optimizer")),
        ({"data": 3}, DataError, "data must be a pair (x, y), not int"),
        ({"held_out": ([1.0], [1, 2])}, DataError,
         ("held_out holds x of shape (1,) and y of shape (2,); both need the same number of rows, "
         "at least one")),
        ({"schedules": ["warmup 40 >> hold"]}, ScheduleError,
         ("the warmup of 'warmup 40up linear >> hold' lasts 40 updates, but the run has only 30; "
         "shorten the warmup or lengthen the run")),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(
    change: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind) as refused:
        small(**change)
    assert str(refused.value) == message
