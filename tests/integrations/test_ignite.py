"""Ignite's engine: with a handler that steps the scheduler, in its wrapper, or with nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.integrations.run import (
    OPTIMIZERS,
    RUN,
    SCHEDULE,
    STOP,
    UPDATES,
    Rates,
    follow,
    groups_of,
    planned,
    small_model,
)
from torch.optim import SGD

from rampup import RampupLR

pytest.importorskip("ignite", reason="pytorch-ignite is not installed; make test-integrations")

from ignite.engine import Engine, Events
from ignite.handlers import Checkpoint, DiskSaver
from ignite.handlers.param_scheduler import LRScheduler

BATCHES = [torch.full((2, 4), 1.0 + i) for i in range(4)]


def bare(_engine: Engine, _scheduler: RampupLR) -> None:
    """Attach nothing: the optimizer is the clock."""


def stepped_after(engine: Engine, scheduler: RampupLR) -> None:
    engine.add_event_handler(Events.ITERATION_COMPLETED, lambda _: scheduler.step())


def wrapped_before(engine: Engine, scheduler: RampupLR) -> None:
    engine.add_event_handler(Events.ITERATION_STARTED, LRScheduler(scheduler))


def wrapped_after(engine: Engine, scheduler: RampupLR) -> None:
    engine.add_event_handler(Events.ITERATION_COMPLETED, LRScheduler(scheduler))


def wrapped_each_epoch(engine: Engine, scheduler: RampupLR) -> None:
    engine.add_event_handler(Events.EPOCH_COMPLETED, LRScheduler(scheduler))


def built(make: Any, attach: Callable[[Engine, RampupLR], None]) -> tuple[Engine, Any, Rates]:
    model = small_model()
    optimizer = make(groups_of(model))
    scheduler = RampupLR(optimizer, SCHEDULE, on_foreign_write="error", **RUN)

    def update(_engine: Engine, batch: torch.Tensor) -> None:
        model(batch).square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()

    engine = Engine(update)
    attach(engine, scheduler)
    saved = {"engine": engine, "model": model, "optimizer": optimizer, "scheduler": scheduler}
    return engine, saved, follow(optimizer)


@pytest.mark.parametrize(
    "attach", [bare, stepped_after, wrapped_before, wrapped_after, wrapped_each_epoch]
)
@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_a_run_that_stops_and_resumes_uses_the_planned_rates(
    tmp_path: Path, make: Any, attach: Callable[[Engine, RampupLR], None]
) -> None:
    """Saved and loaded by ignite's checkpoint handler, within an epoch."""
    engine, saved, used = built(make, attach)
    handler = Checkpoint(saved, DiskSaver(tmp_path, require_empty=False))
    engine.add_event_handler(Events.ITERATION_COMPLETED(once=STOP), handler)
    engine.add_event_handler(Events.ITERATION_COMPLETED(once=STOP), engine.terminate)
    engine.run(BATCHES, max_epochs=UPDATES // 4)

    again, saved, used_then = built(make, attach)
    [file] = tmp_path.iterdir()
    Checkpoint.load_objects(saved, checkpoint=torch.load(file, weights_only=True))
    again.run(BATCHES, max_epochs=UPDATES // 4)

    assert len(used) == STOP
    assert planned() == used + used_then


def test_its_simulation_moves_nothing() -> None:
    """It asks the wrapped scheduler for rates in advance, of which it gets the next one."""
    _, saved, used = built(SGD, bare)
    LRScheduler.simulate_values(num_events=5, lr_scheduler=saved["scheduler"])

    saved["model"](BATCHES[0]).square().mean().backward()
    for _ in range(UPDATES):
        saved["optimizer"].step()

    assert planned() == used
