"""`LightningCallback`: records a run of Lightning's Trainer."""

from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rampup.recorder.callbacks.recording import Recording, rows_of
from rampup.recorder.watch import Listener
from rampup.trace.record import Event

if TYPE_CHECKING:
    Callback = object
elif find_spec("lightning") is not None:
    from lightning.pytorch import Callback
elif find_spec("pytorch_lightning") is not None:
    from pytorch_lightning import Callback
else:
    Callback = object


class LightningCallback(Callback):
    """Records each update and each validation of a `lightning.Trainer`.

    It attaches when training starts, after a checkpoint was loaded, and detaches when it ends or
    dies of an exception. The loss is what was differentiated, of this process, over all
    accumulated batches. Of several optimizers it watches the first.

    Args:
        to: a folder for `trace.jsonl`; None keeps the events in memory only. A run that resumes
            continues the trace in it, without what it says of updates that are made again.
        listeners: called with each event, such as a `TensorBoardWriter`.

    Attributes:
        events: every event so far, in order.

    Raises:
        TraceError: when training starts, where the folder holds the trace of another run.

    Example:
        >>> import rampup
        >>> callback = rampup.LightningCallback()
        >>> callback.events  # trainer = lightning.Trainer(..., callbacks=[callback])
        []
    """

    def __init__(self, to: str | Path | None = None, *, listeners: Iterable[Listener] = ()) -> None:
        self._recording = Recording(to, listeners)
        self._ended: int | None = None
        self._metrics: dict[str, float] = {}
        self._rows = 0

    @property
    def events(self) -> list[Event]:
        """Every event so far, in order."""
        return self._recording.events

    # what the Trainer calls

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Attach to the first optimizer."""
        schedulers = [one.scheduler for one in trainer.lr_scheduler_configs]
        optimizer = trainer.optimizers[0]
        own = [one for one in schedulers if getattr(one, "optimizer", None) is optimizer]
        self._ended, self._metrics, self._rows = None, {}, 0
        self._recording.start(
            pl_module,
            optimizer,
            own[0] if own else None,
            updates_done=trainer.global_step,
            trainer=_version(trainer),
            config={
                "updates": trainer.max_steps,
                "epochs": trainer.max_epochs,
                "accumulate_grad_batches": trainer.accumulate_grad_batches,
                "gradient_clip_val": trainer.gradient_clip_val,
                "precision": str(trainer.precision),
            },
            writes=trainer.is_global_zero,
        )

    def on_before_zero_grad(self, *_: Any) -> None:
        """Forget the batches of an update that was skipped."""
        self._recording.forget_losses()

    def on_before_backward(self, trainer: Any, pl_module: Any, loss: Any) -> None:
        """Note a batch's share in the loss, which Lightning has divided already."""
        scaler = getattr(trainer.precision_plugin, "scaler", None)
        share = loss.detach()
        self._recording.add_loss(share if scaler is None else share / scaler.get_scale())

    def on_train_epoch_start(self, trainer: Any, pl_module: Any) -> None:
        """Tell the epoch before, with what the module logged at its end."""
        self._settle(trainer)

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        """Note the metrics of a validation within an epoch."""
        if not self._recording.running or trainer.sanity_checking:
            return
        rows = rows_of(trainer.val_dataloaders)
        if trainer.is_last_batch:
            self._rows = rows
            return
        passes = trainer.current_epoch + (trainer.fit_loop.batch_idx + 1) / (
            trainer.num_training_batches
        )
        self._recording.evaluation(passes, _numbers(trainer.callback_metrics), rows)

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Note the end of an epoch, unless the run ends within it."""
        self._metrics = _numbers(trainer.callback_metrics)
        if trainer.is_last_batch:
            self._ended = trainer.current_epoch + 1

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        """Detach."""
        self._settle(trainer)
        self._recording.end("finished")

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """Detach."""
        self._recording.end("failed", repr(exception))

    def _settle(self, trainer: Any) -> None:
        if self._ended is None:
            return
        metrics = self._metrics | _numbers(trainer.callback_metrics)
        self._recording.epoch(self._ended, metrics, self._rows)
        self._ended, self._metrics, self._rows = None, {}, 0


def _version(trainer: Any) -> str:
    from importlib.metadata import version

    name = type(trainer).__module__.partition(".")[0]
    package = name if name in ("lightning", "pytorch_lightning") else "lightning"
    return f"{package} {version(package)}"


def _numbers(metrics: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in metrics.items()}
