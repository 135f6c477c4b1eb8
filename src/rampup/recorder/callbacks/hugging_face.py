"""`HuggingFaceCallback`: records a run of Hugging Face's Trainer."""

from collections.abc import Callable, Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import torch

from rampup.recorder.callbacks.recording import Recording, rows_of
from rampup.recorder.watch import Listener
from rampup.trace.record import Event

if TYPE_CHECKING or find_spec("transformers") is None:
    TrainerCallback = object
else:
    from transformers import TrainerCallback

KEPT: Final = (
    "learning_rate",
    "lr_scheduler_type",
    "warmup_steps",
    "optim",
    "weight_decay",
    "max_grad_norm",
    "per_device_train_batch_size",
    "gradient_accumulation_steps",
    "num_train_epochs",
    "seed",
)
"""Training arguments that are copied into the trace."""


class HuggingFaceCallback(TrainerCallback):
    """Records each update and each evaluation of a `transformers.Trainer`.

    It attaches when training begins, after the Trainer has wrapped its optimizer and loaded a
    checkpoint, and detaches when training ends. The Trainer says nothing to its callbacks when
    it dies of an exception: use the callback in a `with` statement, or call `close`, and it
    detaches then, too. Without, the record ends at the first update that the Trainer did not
    announce, and what hangs on the optimizer, silent from there on, is taken away when training
    begins again.

    The loss is that of the model's output, of this process, over all accumulated batches; where
    the model computes none, it is the Trainer's log that says it, if it logs every update. The
    gradient norm is that of the gradient that is used, so after clipping.

    Args:
        to: a folder for `trace.jsonl`; None keeps the events in memory only. A run that resumes
            continues the trace in it, without what it says of updates that are made again.
        listeners: called with each event, such as a `TensorBoardWriter`.

    Attributes:
        events: every event so far, in order.

    Raises:
        TraceError: when training begins, where the folder holds the trace of another run.

    Example:
        >>> import rampup
        >>> with rampup.HuggingFaceCallback() as callback:
        ...     pass  # trainer = Trainer(..., callbacks=[callback]); trainer.train()
        >>> callback.events
        []
    """

    def __init__(self, to: str | Path | None = None, *, listeners: Iterable[Listener] = ()) -> None:
        self._recording = Recording(to, listeners)
        self._batches: list[tuple[torch.Tensor, bool]] = []
        self._ended: int | None = None
        self._metrics: dict[str, float] = {}
        self._rows = self._logged = 0
        self._unhook: Callable[[], None] | None = None

    @property
    def events(self) -> list[Event]:
        """Every event so far, in order."""
        return self._recording.events

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close("failed", "" if error is None else repr(error))

    def close(self) -> None:
        """Detach from a run that died; nothing happens where none is recorded."""
        self._close("failed", "closed within the run")

    # what the Trainer calls

    def on_train_begin(
        self,
        args: Any,
        state: Any,
        control: Any,
        *,
        model: Any,
        optimizer: Any,
        lr_scheduler: Any,
        **_: Any,
    ) -> None:
        """Attach to the optimizer and the model."""
        import transformers

        self._close("failed", "training began again")
        self._logged, self._ended = state.global_step, None
        self._batches.clear()
        self._recording.start(
            model,
            optimizer,
            lr_scheduler,
            updates_done=state.global_step,
            trainer=f"transformers {transformers.__version__}",
            config={"updates": state.max_steps, **_plain(args)},
            writes=state.is_world_process_zero,
            announced=True,
        )
        batches, recording = self._batches, self._recording

        # a function, not a method: a copy of the model must not copy the recording
        def note(module: Any, _: Any, given: Mapping[str, Any], output: Any) -> None:
            loss = _loss(output)
            trains = recording.running and module.training and torch.is_grad_enabled()
            if loss is not None and trains:
                batches.append((loss.detach(), given.get("num_items_in_batch") is not None))

        self._unhook = model.register_forward_hook(note, with_kwargs=True).remove

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        """Forget the batches of an update that was skipped."""
        self._settle()
        self._batches.clear()
        self._recording.forget_losses()

    def on_pre_optimizer_step(self, *_: Any, **__: Any) -> None:
        """Make the loss of the update out of those of its batches."""
        for loss, summed in self._batches:
            # divided by the tokens of all batches already, or by those of its own batch alone
            self._recording.add_loss(loss if summed else loss / len(self._batches))
        self._batches.clear()
        self._recording.expect()

    def on_log(
        self, args: Any, state: Any, control: Any, logs: Mapping[str, Any], **_: Any
    ) -> None:
        """Take the loss from the log, where nothing else says it and it is that of one update."""
        if "loss" in logs:
            if state.global_step - self._logged == 1:
                self._recording.lost(float(logs["loss"]))
            self._logged = state.global_step

    def on_epoch_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Note the end of an epoch; its evaluation comes after it."""
        if state.epoch == round(state.epoch):
            self._ended = round(state.epoch)

    def on_evaluate(
        self,
        args: Any,
        state: Any,
        control: Any,
        metrics: Mapping[str, Any],
        eval_dataloader: Any = None,
        **_: Any,
    ) -> None:
        """Note the metrics of an evaluation."""
        if not self._recording.running:
            return
        numbers = {
            name: float(value)
            for name, value in metrics.items()
            if isinstance(value, int | float) and name != "epoch"
        }
        rows = rows_of(eval_dataloader) if "eval_loss" in numbers else 0
        passes = state.epoch or 0.0
        if self._ended is not None or passes == round(passes) > 0:  # an epoch's end may come next
            self._metrics |= numbers
            self._rows = rows or self._rows
        else:
            self._recording.evaluation(passes, numbers, rows)

    def on_train_end(self, *_: Any, **__: Any) -> None:
        """Detach."""
        self._close("finished", "")

    def _settle(self) -> None:
        if self._ended is not None:
            self._recording.epoch(self._ended, self._metrics, self._rows)
            self._ended, self._metrics, self._rows = None, {}, 0

    def _close(self, status: str, reason: str) -> None:
        if self._unhook is not None:
            self._unhook()
            self._unhook = None
        if self._recording.running:
            self._settle()
        self._recording.end(status, reason)


def _loss(output: Any) -> torch.Tensor | None:
    """Return the loss that a model put out, or None."""
    if isinstance(output, dict):
        output = output.get("loss")
    elif isinstance(output, tuple | list) and output:
        output = output[0]
    return output if isinstance(output, torch.Tensor) and output.ndim == 0 else None


def _plain(args: Any) -> dict[str, Any]:
    found = {name: getattr(args, name, None) for name in KEPT}
    return {
        name: value if isinstance(value, int | float) else str(getattr(value, "value", value))
        for name, value in found.items()
        if value is not None
    }
