"""`LightningCallback` in the real Trainer: exact rates, the same weights, nothing left behind."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.integrations.callbacks.traced import (
    PLANNED,
    bits,
    check_epochs,
    check_folder,
    check_frame,
    check_rates,
    hooks,
    of,
)
from tests.integrations.quiet import IGNORED, trainer
from tests.integrations.run import RUN, SCHEDULE, STOP, UPDATES, groups_of, small_model
from torch.optim import SGD, AdamW
from torch.utils.data import DataLoader, TensorDataset

from rampup import LightningCallback, RampupLR
from rampup.errors import TraceError
from rampup.trace.record import Epoch, Update

lightning = pytest.importorskip(
    "lightning", reason="lightning is not installed; make test-integrations"
)

pytestmark = IGNORED + [
    pytest.mark.filterwarnings(f"ignore:{said}")
    for said in (
        "The '(train|val)_dataloader' does not have many workers",  # advice on speed
        "Checkpoint directory .* exists and is not empty",
    )
]


class Model(lightning.LightningModule):
    def __init__(self, *, plain: bool = False) -> None:
        super().__init__()
        self.inner = small_model()
        self.losses: list[float] = []
        self.norms: list[float] = []
        self.plain = plain

    def training_step(self, batch: list[torch.Tensor]) -> torch.Tensor:
        loss = self.inner(batch[0]).square().mean()
        self.losses.append(loss.item())
        return loss

    def validation_step(self, batch: list[torch.Tensor]) -> None:
        loss = self.inner(batch[0]).square().mean()
        self.log_dict({"val_loss": loss, "val_mae": loss.sqrt()})

    def on_before_optimizer_step(self, optimizer: Any) -> None:
        grads = [p.grad for p in self.parameters()]
        self.norms.append(torch.nn.utils.get_total_norm(grads).item())

    def on_train_epoch_end(self) -> None:
        self.log("late", float(self.current_epoch))

    def configure_optimizers(self) -> Any:
        if self.plain:
            optimizer = SGD(self.inner.parameters(), lr=0.5)
            scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)
        else:
            optimizer = AdamW(groups_of(self.inner))
            scheduler = RampupLR(optimizer, SCHEDULE, **RUN)
        return [optimizer], [{"scheduler": scheduler, "interval": "step"}]


class Breaks(lightning.Callback):
    def on_train_batch_end(self, trainer: Any, *_: Any) -> None:
        if trainer.global_step == 3:
            raise RuntimeError("boom")


def loader(accumulate: int) -> DataLoader[Any]:
    """Return an epoch of four updates."""
    return DataLoader(TensorDataset(torch.arange(16.0 * accumulate).reshape(-1, 4) / 16), 1)


def fit(
    model: Model, callbacks: list[Any], accumulate: int = 1, updates: int = UPDATES, **more: Any
) -> Any:
    ckpt_path = more.pop("ckpt_path", None)
    made = trainer(updates, accumulate, callbacks=callbacks, **more)
    made.fit(model, loader(accumulate), loader(1), ckpt_path=ckpt_path)
    return made


@pytest.mark.parametrize("accumulate", [1, 3])
def test_a_run_is_recorded_and_not_changed(tmp_path: Path, accumulate: int) -> None:
    bare, model = Model(), Model()
    untraced = fit(bare, [], accumulate)
    callback = LightningCallback(tmp_path / "a")
    trainer = fit(model, [callback], accumulate)

    updates = check_rates(callback.events)
    check_frame(callback.events, "finished", UPDATES)
    check_folder(tmp_path / "a", callback.events)
    means = [
        math.fsum(bare.losses[at : at + accumulate]) / accumulate
        for at in range(0, len(bare.losses), accumulate)
    ]
    assert means == pytest.approx([update.loss for update in updates], rel=1e-6)
    assert bare.norms == pytest.approx([update.grad_norm for update in updates], rel=1e-6)
    epochs = check_epochs(callback.events, 4)
    assert len(epochs) == UPDATES // 4
    assert [epoch.metrics["late"] for epoch in epochs] == [0.0, 1.0, 2.0, 3.0]
    last = trainer.callback_metrics
    assert epochs[-1].held_out_loss == last["val_loss"].item()
    assert epochs[-1].metrics["val_mae"] == last["val_mae"].item()
    assert [epoch.held_out_rows for epoch in epochs] == [4] * len(epochs)
    assert bits(bare) == bits(model)
    counted = [hooks(one.optimizers[0], m) for one, m in ((untraced, bare), (trainer, model))]
    assert counted[0] == counted[1]


def test_a_scheduler_of_torch_has_no_plan() -> None:
    callback = LightningCallback()
    fit(Model(plain=True), [callback])

    updates = of(Update, callback.events)
    rates = [0.5 * 0.5**k for k in range(UPDATES)]
    assert rates == [update.used for update in updates] == [u.reported for u in updates]
    assert {update.planned for update in updates} == {None}


def test_a_resumed_run_continues_the_trace(tmp_path: Path) -> None:
    whole, first, again = (LightningCallback(tmp_path / name) for name in ("whole", "a", "a"))
    fit(Model(), [whole])
    trainer = fit(Model(), [first], updates=STOP)
    trainer.save_checkpoint(tmp_path / "stop.ckpt")
    check_rates(first.events, 0, STOP)
    check_frame(first.events, "finished", STOP)
    assert [epoch.updates for epoch in of(Epoch, first.events)] == [4]
    fit(Model(), [again], ckpt_path=tmp_path / "stop.ckpt")

    check_frame(again.events, "finished", UPDATES)
    check_folder(tmp_path / "a", again.events)
    check_rates(again.events)
    # Lightning begins the epoch's data anew, so that losses differ; and it has counted the
    # epoch that was broken off as one, so that its numbers are one ahead
    ends = [[(e.updates, e.rate_last) for e in of(Epoch, one.events)] for one in (whole, again)]
    assert ends[0] == ends[1]
    assert [e.epoch for e in of(Epoch, again.events)] == [1, 3, 4, 5]


def test_an_exception_leaves_nothing_behind(tmp_path: Path) -> None:
    callback, model = LightningCallback(tmp_path / "a"), Model()
    with pytest.raises(RuntimeError, match="boom"):
        fit(model, [callback, Breaks()])

    optimizer = model.trainer.optimizers[0]
    unwatched = Model()
    assert hooks(optimizer, model) == hooks(fit(unwatched, []).optimizers[0], unwatched)
    check_rates(callback.events, 0, 3)
    check_frame(callback.events, "failed", 3)
    assert callback.events[-1].reason == "RuntimeError('boom')"
    check_folder(tmp_path / "a", callback.events)


def test_another_run_is_not_overwritten(tmp_path: Path) -> None:
    fit(Model(), [LightningCallback(tmp_path)])
    with pytest.raises(TraceError, match="holds another run already, and this one starts at"):
        fit(Model(), [LightningCallback(tmp_path)])


def test_validations_within_an_epoch_are_told_where_they_are() -> None:
    callback = LightningCallback()
    fit(Model(), [callback], val_check_interval=2)

    told = [(e.epoch, e.updates, e.metrics.get("epoch")) for e in of(Epoch, callback.events)]
    assert told[:4] == [(0, 2, 0.5), (1, 4, None), (1, 6, 1.5), (2, 8, None)]
    assert not any(math.isnan(e.held_out_loss) for e in of(Epoch, callback.events))
    assert of(Update, callback.events)[-1].used == PLANNED[-1]
