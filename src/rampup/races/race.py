"""`race`: one model under many schedules, rates and seeds, all at once."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rampup.errors import ConfigError
from rampup.pipeline.folder import write_atomically
from rampup.races.engine import choose
from rampup.races.folder import RaceFolder, description
from rampup.races.members import Grid, Rates, Schedules, Seeds, rate_table
from rampup.races.memory import in_bytes
from rampup.races.result import Race
from rampup.races.running import Listener, Running, first_rung
from rampup.races.task import Loss, MakeModel, MakeOptimizer, Metric, Task, checked_pair
from rampup.races.update import Rule
from rampup.units import Horizon, plain

RESULT = "result.json"


def race(
    make_model: MakeModel,
    data: Any,
    *,
    loss: Loss,
    schedules: Schedules,
    lrs: Rates,
    seeds: Seeds = 5,
    updates: int | None = None,
    epochs: int | None = None,
    batch_size: int = 32,
    optimizer: "str | tuple[str, Mapping[str, Any]] | MakeOptimizer" = "adam",
    clip_norm: float | None = None,
    held_out: Any = None,
    metric: Metric | None = None,
    target: float | None = None,
    halving: bool = False,
    engine: str = "auto",
    max_memory: int | str = "2GB",
    to: str | Path | None = None,
    listener: Listener | None = None,
) -> Race:
    """Train every schedule at every rate with every seed, and say what that shows.

    Members are stacked and trained at once; each one's losses are those of its own training
    alone, with torch's optimizer and the same seed and batches. Dropout masks are drawn from
    schedule, rate, seed and update, so that they do not depend on who is trained beside it. What
    cannot be batched is trained one after the other, and `Race.reason` says why. The same race
    gives the same bits in any order of members, in batches of any size, and beside a member that
    diverges; a member is out at its first loss that is infinite or NaN.

    Args:
        make_model: makes the model; called under each seed.
        data: training rows `(x, y)`, each `(rows, …)`; models run where they lie.
        loss: from `(output, y)` to the mean loss over the rows of a batch.
        schedules: schedules or their texts, in a list or by name.
        lrs: peak rates, or `"low:high:count"` for rates equally far apart in their logarithm.
        seeds: how many (0, 1, 2 …), or which; each decides initial weights and order of rows.
        updates: length of the run.
        epochs: length of the run in passes over the rows, instead of `updates`.
        batch_size: rows per update; the last batch of an epoch may be smaller.
        optimizer: `"sgd"`, `"adam"`, `"adamw"` or `"radam"`; with options, such as
            `("sgd", {"momentum": 0.9, "nesterov": True})`; or a function from parameters to a
            torch optimizer, whose race is not batched.
        clip_norm: the largest gradient norm of a member, or None.
        held_out: rows `(x, y)` that decide at the end; without them, the mean training loss
            over the last tenth of the updates does.
        metric: from `(output, y)` to a mean over rows, such as accuracy; needs `held_out`.
        target: the training loss to be reached; None is nine tenths of the best progress.
        halving: after the longest warmup, and at least a third of the run, go on with the better
            third of each schedule's rates only.
        engine: `"auto"` batches where it is possible and at least 1.2 times as fast, `"batched"`
            where it is possible, `"sequential"` never.
        max_memory: what a batch may take, in bytes or as `"2GB"`.
        to: a folder; a race that was interrupted goes on where it was.
        listener: told a `Progress` five times per second.

    Raises:
        ConfigError: an argument cannot be meant.
        DataError: the rows do not fit together.
        ScheduleError: a schedule does not fit the run.
        RunFolderError: the folder holds something else.

    Example:
        >>> import torch
        >>> x = torch.randn(64, 3, generator=torch.Generator().manual_seed(0))
        >>> result = race(
        ...     lambda: torch.nn.Linear(3, 1), (x, x.sum(1, keepdim=True)),
        ...     loss=torch.nn.functional.mse_loss, optimizer="sgd", updates=40,
        ...     schedules=["warmup 10% >> hold", "hold"], lrs=[0.01, 0.1, 10.0], seeds=3)
        >>> [(one.best_lr, one.stable_lr, one.diverged) for one in result.schedules]
        [(0.1, 0.1, 3), (0.1, 0.1, 3)]
    """
    started = time.perf_counter()
    grid = Grid.of(schedules, lrs, seeds)
    x, y = checked_pair("data", data)
    if metric is not None and held_out is None:
        raise ConfigError("metric needs held_out, the rows that it is measured on")
    if clip_norm is not None and not clip_norm > 0:
        raise ConfigError(f"clip_norm = {clip_norm!r} is not a number > 0")
    task = Task(
        make_model=make_model,
        loss=loss,
        x=x,
        y=y,
        held_out=None if held_out is None else checked_pair("held_out", held_out),
        metric=metric,
        batch_size=_whole("batch_size", batch_size),
        horizon=_horizon(len(x), batch_size, updates, epochs),
        optimizer=_optimizer(optimizer),
        clip_norm=clip_norm,
    )
    members = grid.members
    rate_table(members, task.horizon)  # refuses a schedule that does not fit before anything runs
    folder = None if to is None else RaceFolder(Path(to), description(task, grid, halving))
    choice = folder.choice() if folder is not None else None
    if choice is None:
        choice = choose(task, members, engine, in_bytes(max_memory))
        if folder is not None:
            folder.begin(choice)
    running = Running(task, members, choice, folder, listener)
    dropped = np.zeros(len(members), dtype=bool)
    if halving:
        outcome, dropped = running.halved(grid, first_rung(grid, task))
    else:
        outcome = running.whole()
    result = Race(
        grid=grid,
        losses=outcome.losses.reshape(-1, *grid.shape),
        held_out=outcome.held_out.reshape(grid.shape),
        metric=outcome.metric.reshape(grid.shape),
        dropped=dropped.reshape(grid.shape),
        engine=choice.engine,
        reason=choice.reason,
        seconds=time.perf_counter() - started,
        target=target,
    )
    if folder is not None:
        write_atomically(folder.path / RESULT, result.to_json().encode())
    return result


def _whole(name: str, value: Any) -> int:
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"{name} = {value!r} is not a whole number ≥ 1")
    return value


def _horizon(rows: int, batch_size: int, updates: int | None, epochs: int | None) -> Horizon:
    if (updates is None) == (epochs is None):
        raise ConfigError("the length of the run is updates or epochs; give one of them")
    per_epoch = -(-rows // batch_size)
    if epochs is not None:
        updates = _whole("epochs", epochs) * per_epoch
    return Horizon(
        updates=_whole("updates", updates),
        updates_per_epoch=per_epoch,
        samples_per_update=batch_size,
    )


def _optimizer(given: Any) -> Rule | MakeOptimizer:
    if isinstance(given, str):
        return Rule.of(given)
    if isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], str):
        return Rule.of(given[0], given[1])
    if callable(given):
        return given  # type: ignore[no-any-return]
    raise ConfigError(
        f"optimizer = {given!r} is none; write a name, (name, options), or a function from "
        "parameters to a torch optimizer"
    )
