"""`read_trace` on what the trainers log by themselves, beside what a callback recorded."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.integrations.callbacks.traced import of
from torch.optim import SGD
from torch.utils.data import DataLoader

from rampup import HuggingFaceCallback, LightningCallback, RampupLR, read_trace
from rampup.trace.record import Epoch, Update

UPDATES = 8
ROWS = torch.arange(32.0).reshape(8, 4) / 32


class Plain(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer = torch.nn.Linear(4, 1)

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"loss": self.layer(x).square().mean()}


def halving(optimizer: Any) -> Any:
    return torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)


def warming(optimizer: Any) -> Any:
    return RampupLR(optimizer, "warmup 4up >> decay cosine", updates=UPDATES)


def single(numbers: list[float]) -> Any:
    return pytest.approx(numbers, rel=1e-6)  # what TensorBoard keeps


def hugging_face(folder: Path, schedule: Any, **more: Any) -> HuggingFaceCallback:
    """Train for two epochs, and save at the end of each."""
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    pytest.importorskip("accelerate", reason="Trainer needs accelerate; make test-integrations")
    model, callback = Plain(), HuggingFaceCallback()
    optimizer = SGD(model.parameters(), lr=0.1)
    arguments = {
        "output_dir": str(folder),
        "num_train_epochs": 2,
        "per_device_train_batch_size": 2,
        "logging_steps": 1,
        "eval_strategy": "epoch",
        "save_strategy": "epoch",
        "report_to": "none",
        "use_cpu": True,
        "disable_tqdm": True,
        "dataloader_pin_memory": False,
        "label_names": ["x"],
    }
    transformers.Trainer(
        model=model,
        args=transformers.TrainingArguments(**arguments | more),
        train_dataset=[{"x": row} for row in ROWS],
        eval_dataset=[{"x": row} for row in ROWS[:2]],
        optimizers=(optimizer, schedule(optimizer)),
        callbacks=[callback],
    ).train()
    return callback


@pytest.mark.parametrize(("schedule", "lr"), [(halving, "used"), (warming, "next")])
def test_the_state_of_hugging_face(tmp_path: Path, schedule: Any, lr: str) -> None:
    """A scheduler of torch logs the rate that was used; ours is ahead, and logs the next."""
    callback = hugging_face(tmp_path, schedule)
    events = read_trace(tmp_path, lr=lr)

    recorded, read = of(Update, callback.events), of(Update, events)
    assert [update.k for update in recorded] == [update.k for update in read]
    first = 1 if lr == "next" else 0
    assert [u.used for u in recorded[first:]] == [u.used for u in read[first:]]
    assert math.isnan(read[0].used) == (lr == "next")
    assert [u.loss for u in recorded] == single([u.loss for u in read])
    kept = of(Epoch, callback.events), of(Epoch, events)
    for name in ("epoch", "updates", "held_out_loss"):
        assert [getattr(e, name) for e in kept[0]] == [getattr(e, name) for e in kept[1]]


def test_what_hugging_face_writes_for_tensorboard(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="tensorboard is not installed")
    options = {"report_to": "tensorboard", "save_strategy": "no"}
    callback = hugging_face(tmp_path, halving, **options)
    events = read_trace(tmp_path, lr="used", first=1)

    recorded, read = of(Update, callback.events), of(Update, events)
    assert [update.k for update in recorded] == [update.k for update in read]
    assert [u.used for u in recorded] == single([u.used for u in read])
    assert [u.loss for u in recorded] == single([u.loss for u in read])
    kept = of(Epoch, callback.events), of(Epoch, events)
    assert [(e.epoch, e.updates) for e in kept[0]] == [(e.epoch, e.updates) for e in kept[1]]
    assert [e.held_out_loss for e in kept[0]] == single([e.held_out_loss for e in kept[1]])


@pytest.mark.filterwarnings(
    r"ignore:`isinstance\(treespec, LeafSpec\)` is deprecated",
    "ignore:The '(train|val)_dataloader' does not have many workers",
)
@pytest.mark.parametrize("kind", ["tensorboard", "csv"])
def test_what_lightning_logs(tmp_path: Path, kind: str) -> None:
    """With its LearningRateMonitor."""
    lightning = pytest.importorskip("lightning", reason="make test-integrations installs it")
    pytest.importorskip("tensorboard", reason="make test-integrations installs it")
    from lightning.pytorch.callbacks import LearningRateMonitor
    from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger

    class Model(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.inner = Plain()

        def training_step(self, batch: torch.Tensor) -> torch.Tensor:
            loss = self.inner(batch)["loss"]
            self.log("train_loss", loss)
            return loss

        def validation_step(self, batch: torch.Tensor) -> None:
            self.log("val_loss", self.inner(batch)["loss"])

        def configure_optimizers(self) -> Any:
            optimizer = SGD(self.parameters(), lr=0.1)
            return [optimizer], [{"scheduler": halving(optimizer), "interval": "step"}]

    logger = {"tensorboard": TensorBoardLogger, "csv": CSVLogger}[kind](tmp_path)
    callback = LightningCallback()
    trainer = lightning.Trainer(
        max_epochs=2,
        accelerator="cpu",
        logger=logger,
        log_every_n_steps=1,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=[callback, LearningRateMonitor("step")],
    )
    trainer.fit(Model(), DataLoader(ROWS, 2), DataLoader(ROWS[:2], 2))
    source = tmp_path if kind == "tensorboard" else Path(logger.log_dir) / "metrics.csv"
    events = read_trace(source, lr="used")

    recorded, read = of(Update, callback.events), of(Update, events)
    assert [update.k for update in recorded] == [update.k for update in read]
    assert [u.used for u in recorded] == single([u.used for u in read])
    assert [u.loss for u in recorded] == single([u.loss for u in read])
    kept = of(Epoch, callback.events), of(Epoch, events)
    assert [e.updates for e in kept[0]] == [e.updates for e in kept[1]]
    assert [e.held_out_loss for e in kept[0]] == single([e.held_out_loss for e in kept[1]])
