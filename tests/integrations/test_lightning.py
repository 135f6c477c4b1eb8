"""Lightning's Trainer and Fabric: their loops, their accumulation, their checkpoints."""

from pathlib import Path
from typing import Any

import pytest
import torch
from tests.integrations.quiet import IGNORED, trainer
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
from torch.optim import AdamW
from torch.utils.data import DataLoader, TensorDataset

from rampup import RampupLR

lightning = pytest.importorskip(
    "lightning", reason="lightning is not installed; make test-integrations"
)

pytestmark = IGNORED


class Model(lightning.LightningModule):
    def __init__(self, make: Any, interval: str) -> None:
        super().__init__()
        self.inner = small_model()
        self.make, self.interval = make, interval
        self.used: Rates = []

    def training_step(self, batch: list[torch.Tensor]) -> torch.Tensor:
        return self.inner(batch[0]).square().mean()

    def configure_optimizers(self) -> dict[str, Any]:
        optimizer = self.make(groups_of(self.inner))
        self.used = follow(optimizer)
        scheduler = RampupLR(optimizer, SCHEDULE, **RUN)
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": scheduler, "interval": self.interval},
        }


def loader(accumulate: int) -> DataLoader[Any]:
    """Return an epoch of four updates."""
    return DataLoader(TensorDataset(torch.ones(4 * accumulate, 4)), 1)


@pytest.mark.parametrize("interval", ["step", "epoch"])
@pytest.mark.parametrize("accumulate", [1, 3])
@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_the_trainer(tmp_path: Path, interval: str, accumulate: int, make: Any) -> None:
    """Saved within an epoch, resumed with `ckpt_path`, stepped per update or per epoch."""
    model = Model(make, interval)
    first = trainer(STOP, accumulate)
    first.fit(model, loader(accumulate))
    first.save_checkpoint(tmp_path / "stop.ckpt")
    again = Model(make, interval)
    trainer(UPDATES, accumulate).fit(again, loader(accumulate), ckpt_path=tmp_path / "stop.ckpt")

    assert len(model.used) == STOP
    assert planned() == model.used + again.used


@pytest.mark.parametrize("parts", [("optimizer",), ("scheduler",), ("optimizer", "scheduler")])
def test_fabric(tmp_path: Path, parts: tuple[str, ...]) -> None:
    """From the optimizer's state, the scheduler's, or both."""

    def built() -> tuple[Any, dict[str, Any], Rates]:
        fabric = lightning.Fabric(accelerator="cpu", devices=1)
        model = small_model()
        optimizer = AdamW(groups_of(model))
        used = follow(optimizer)
        scheduler = RampupLR(optimizer, SCHEDULE, **RUN)
        model, optimizer, scheduler = fabric.setup(model, optimizer, scheduler=scheduler)
        return fabric, {"model": model, "optimizer": optimizer, "scheduler": scheduler}, used

    def train(fabric: Any, state: dict[str, Any], updates: int) -> None:
        for _ in range(updates):
            fabric.backward(state["model"](torch.ones(2, 4)).square().mean())
            state["optimizer"].step()
            state["optimizer"].zero_grad()
            state["scheduler"].step()

    fabric, state, used = built()
    train(fabric, state, STOP)
    fabric.save(tmp_path / "stop.ckpt", {"model": state["model"]} | {p: state[p] for p in parts})
    fabric, state, used_then = built()
    fabric.load(tmp_path / "stop.ckpt", {"model": state["model"]} | {p: state[p] for p in parts})
    train(fabric, state, UPDATES - STOP)

    assert planned() == used + used_then
