"""`IgniteHandler` on real engines: exact rates, the same weights, nothing left behind."""

from pathlib import Path
from typing import Any

import pytest
import torch
from tests.integrations.callbacks.traced import (
    bits,
    check_epochs,
    check_folder,
    check_frame,
    check_rates,
    hooks,
    of,
)
from tests.integrations.run import RUN, SCHEDULE, STOP, UPDATES, groups_of, small_model
from torch.optim import AdamW

from rampup import IgniteHandler, RampupLR
from rampup.trace.record import Epoch, Update

pytest.importorskip("ignite", reason="pytorch-ignite is not installed; make test-integrations")

from ignite.engine import Engine, Events, create_supervised_evaluator, create_supervised_trainer
from ignite.handlers import Checkpoint, DiskSaver
from ignite.metrics import Loss, MeanAbsoluteError

LOSS = torch.nn.MSELoss()


def batches(accumulate: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return an epoch of four updates."""
    return [(torch.full((2, 4), 1.0 + i), torch.ones(2, 1)) for i in range(4 * accumulate)]


def built(folder: Path | None, accumulate: int = 1) -> tuple[Engine, Any, IgniteHandler | None]:
    model = small_model()
    optimizer = AdamW(groups_of(model))
    scheduler = RampupLR(optimizer, SCHEDULE, **RUN)
    engine = create_supervised_trainer(
        model, optimizer, LOSS, gradient_accumulation_steps=accumulate
    )
    metrics = {"loss": Loss(LOSS), "val_mae": MeanAbsoluteError()}
    evaluator = create_supervised_evaluator(model, metrics=metrics)
    handler = None
    if folder is not None:
        handler = IgniteHandler(model, optimizer, scheduler=scheduler, to=folder)
        handler.attach(engine, evaluator)
    engine.add_event_handler(Events.EPOCH_COMPLETED, lambda _: evaluator.run(batches(1)[:2]))
    parts = {"engine": engine, "model": model, "optimizer": optimizer}
    return engine, {**parts, "evaluator": evaluator}, handler


@pytest.mark.parametrize("accumulate", [1, 3])
def test_a_run_is_recorded_and_not_changed(tmp_path: Path, accumulate: int) -> None:
    bare, plain, _ = built(None, accumulate)
    outputs: list[float] = []
    bare.add_event_handler(
        Events.ITERATION_COMPLETED, lambda engine: outputs.append(engine.state.output)
    )
    bare.run(batches(accumulate), max_epochs=UPDATES // 4)
    engine, parts, handler = built(tmp_path / "a", accumulate)
    engine.run(batches(accumulate), max_epochs=UPDATES // 4)

    updates = check_rates(handler.events)
    check_frame(handler.events, "finished", UPDATES)
    check_folder(tmp_path / "a", handler.events)
    means = [
        sum(outputs[at : at + accumulate]) / accumulate for at in range(0, len(outputs), accumulate)
    ]
    assert means == pytest.approx([update.loss for update in updates], rel=1e-8)
    epochs = check_epochs(handler.events, 4)
    assert len(epochs) == UPDATES // 4
    assert epochs[-1].held_out_loss == parts["evaluator"].state.metrics["loss"]
    assert epochs[-1].metrics == {"val_mae": parts["evaluator"].state.metrics["val_mae"]}
    assert bits(plain["model"]) == bits(parts["model"])
    hooks_of = [hooks(one["optimizer"], one["model"]) for one in (plain, parts)]
    assert hooks_of[0] == hooks_of[1]


def test_a_resumed_run_continues_the_trace(tmp_path: Path) -> None:
    """Saved and loaded within an epoch."""
    whole = built(tmp_path / "whole")
    whole[0].run(batches(1), max_epochs=UPDATES // 4)
    engine, parts, handler = built(tmp_path / "a")
    saved = {name: parts[name] for name in ("engine", "model", "optimizer")}
    saver = Checkpoint(saved, DiskSaver(tmp_path / "saved"))
    engine.add_event_handler(Events.ITERATION_COMPLETED(once=STOP), saver)
    engine.add_event_handler(Events.ITERATION_COMPLETED(once=STOP), engine.terminate)
    engine.run(batches(1), max_epochs=UPDATES // 4)
    check_rates(handler.events, 0, STOP)
    check_frame(handler.events, "finished", STOP)
    again, parts, handler = built(tmp_path / "a")
    [file] = (tmp_path / "saved").iterdir()
    saved = {name: parts[name] for name in ("engine", "model", "optimizer")}
    Checkpoint.load_objects(saved, checkpoint=torch.load(file, weights_only=True))
    again.run(batches(1), max_epochs=UPDATES // 4)

    check_frame(handler.events, "finished", UPDATES)
    check_folder(tmp_path / "a", handler.events)
    assert len(of(Epoch, whole[2].events)) == UPDATES // 4
    rates = [(e.rate_first, e.rate_last, e.updates) for e in of(Epoch, whole[2].events)]
    assert rates == [(e.rate_first, e.rate_last, e.updates) for e in of(Epoch, handler.events)]
    assert [u.k for u in check_rates(handler.events)] == [*range(UPDATES)]


@pytest.mark.parametrize("handled", [False, True])
def test_an_exception_leaves_nothing_behind(tmp_path: Path, handled: bool) -> None:
    """It is raised where nobody else handles it, as without us."""
    engine, parts, handler = built(tmp_path / "a")
    before = hooks(parts["optimizer"], parts["model"])
    caught: list[BaseException] = []
    if handled:
        engine.add_event_handler(Events.EXCEPTION_RAISED, lambda _, error: caught.append(error))

    @engine.on(Events.ITERATION_COMPLETED(once=3))
    def _breaks() -> None:
        raise RuntimeError("boom")

    if handled:
        engine.run(batches(1), max_epochs=1)
        assert [repr(error) for error in caught] == ["RuntimeError('boom')"]
    else:
        with pytest.raises(RuntimeError, match="boom"):
            engine.run(batches(1), max_epochs=1)

    assert hooks(parts["optimizer"], parts["model"]) == before
    check_frame(handler.events, "failed", 3)
    assert handler.events[-1].reason == "RuntimeError('boom')"
    check_folder(tmp_path / "a", handler.events)


def test_a_run_that_skips_its_completion_detaches_too() -> None:
    engine, parts, _ = built(None)
    before = hooks(parts["optimizer"], parts["model"])
    handler = IgniteHandler(parts["model"], parts["optimizer"])
    handler.attach(engine)
    engine.add_event_handler(
        Events.ITERATION_COMPLETED(once=2), lambda _: engine.terminate(skip_completed=True)
    )
    engine.run(batches(1), max_epochs=1)

    assert hooks(parts["optimizer"], parts["model"]) == before
    check_frame(handler.events, "finished", 2)


def test_the_output_may_hold_more_than_a_loss() -> None:
    model = small_model()
    optimizer = AdamW(groups_of(model))

    def update(_: Engine, batch: Any) -> dict[str, Any]:
        loss = LOSS(model(batch[0]), batch[1])
        loss.backward()
        optimizer.step()
        return {"loss": loss.detach(), "rows": 2}

    named, chosen, none = (
        IgniteHandler(model, optimizer),
        IgniteHandler(model, optimizer, output_transform=lambda output: output["loss"] * 2),
        IgniteHandler(model, optimizer, output_transform=lambda _: None),
    )
    engine = Engine(update)
    for handler in (named, chosen, none):
        handler.attach(engine)
    engine.run(batches(1), max_epochs=1)

    losses = [[u.loss for u in of(Update, one.events)] for one in (named, chosen, none)]
    assert losses[1] == pytest.approx([loss * 2 for loss in losses[0]], rel=1e-8)
    assert losses[2] == [None] * 4
