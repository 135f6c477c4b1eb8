"""`IgniteHandler`: records a run of an Ignite engine."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from rampup.recorder.callbacks.recording import Recording
from rampup.recorder.watch import Listener
from rampup.trace.epochs import is_held_out
from rampup.trace.record import Event


def _loss(output: Any) -> Any:
    return output.get("loss") if isinstance(output, Mapping) else output


class IgniteHandler:
    """Records each update of an `ignite.engine.Engine`, and what its evaluators measure.

    It attaches to the optimizer when the engine starts, and detaches when it completes,
    terminates or dies of an exception. The loss of an update is the mean of the engine's outputs
    since the update before. Attach it last: it must see the metrics that others compute.

    Args:
        model: the model in training.
        optimizer: its optimizer, wrapped or not.
        scheduler: a `RampupLR` gives planned rates; any torch scheduler gives reported ones.
        to: a folder for `trace.jsonl`; None keeps the events in memory only. A run that resumes
            continues the trace in it, without what it says of updates that are made again.
        updates_done: before a resume, where the scheduler does not say it.
        output_transform: takes the engine's output and returns its loss, or None. The default
            takes a number, or the entry "loss" of a mapping.
        listeners: called with each event, such as a `TensorBoardWriter`.

    Attributes:
        events: every event so far, in order.

    Example:
        >>> import torch, rampup
        >>> model = torch.nn.Linear(2, 1)
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        >>> handler = rampup.IgniteHandler(model, optimizer)
        >>> handler.events  # handler.attach(trainer, evaluator) attaches it to an engine
        []
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: Any,
        *,
        scheduler: Any = None,
        to: str | Path | None = None,
        updates_done: int = 0,
        output_transform: Callable[[Any], Any] = _loss,
        listeners: Iterable[Listener] = (),
    ) -> None:
        self._parts = (model, optimizer, scheduler)
        self._recording = Recording(to, listeners)
        self._updates_done = updates_done
        self._output_transform = output_transform
        self._outputs: list[float] = []
        self._ended: int | None = None
        self._metrics: dict[str, float] = {}

    @property
    def events(self) -> list[Event]:
        """Every event so far, in order."""
        return self._recording.events

    def attach(self, engine: Any, *evaluators: Any) -> None:
        """Attach to the engine that trains, and to those that evaluate.

        Args:
            engine: whose process function makes the updates.
            evaluators: their metrics belong to the epoch after which they ran; a metric that
                says not itself that it is held out gets the prefix "val_".
        """
        from ignite.engine import Events

        engine.add_event_handler(Events.STARTED, self._start)
        engine.add_event_handler(Events.EPOCH_STARTED, self._settle)
        engine.add_event_handler(Events.ITERATION_COMPLETED, self._iterated)
        engine.add_event_handler(Events.EPOCH_COMPLETED, self._epoch)
        engine.add_event_handler(Events.COMPLETED, self._end)
        engine.add_event_handler(Events.TERMINATE, self._terminated)
        engine.add_event_handler(Events.EXCEPTION_RAISED, self._died)
        for evaluator in evaluators:
            evaluator.add_event_handler(Events.COMPLETED, self._evaluated)

    def close(self) -> None:
        """Detach from the optimizer; nothing happens where no run is recorded."""
        self._recording.end("failed", "closed within the run")

    def _start(self, engine: Any) -> None:
        import ignite
        from ignite import distributed

        model, optimizer, scheduler = self._parts
        self._outputs.clear()
        self._ended, self._metrics = None, {}
        self._recording.start(
            model,
            optimizer,
            scheduler,
            updates_done=self._updates_done,
            trainer=f"ignite {ignite.__version__}",
            config={"epochs": engine.state.max_epochs, "epoch_length": engine.state.epoch_length},
            writes=distributed.get_rank() == 0,
        )

    def _iterated(self, engine: Any) -> None:
        loss = self._output_transform(engine.state.output)
        if isinstance(loss, torch.Tensor) and loss.numel() == 1:
            loss = loss.item()
        if isinstance(loss, int | float):
            self._outputs.append(float(loss))
        if self._recording.waits_for_loss:
            if self._outputs:
                self._recording.lost(sum(self._outputs) / len(self._outputs))
            self._outputs.clear()
            self._recording.release()

    def _epoch(self, engine: Any) -> None:
        self._ended = engine.state.epoch
        self._metrics |= _numbers(engine.state.metrics)

    def _evaluated(self, evaluator: Any) -> None:
        if self._recording.running:
            self._metrics |= {
                name if is_held_out(name) else f"val_{name}": value
                for name, value in _numbers(evaluator.state.metrics).items()
            }

    def _settle(self, _: Any) -> None:
        if not self._recording.running:
            return
        if self._ended is not None:
            self._recording.epoch(self._ended, self._metrics)
        elif self._metrics:
            self._recording.evaluation(0.0, self._metrics)
        self._ended, self._metrics = None, {}

    def _end(self, engine: Any) -> None:
        self._settle(engine)
        self._recording.end("finished")

    def _terminated(self, engine: Any) -> None:
        if engine.should_terminate == "skip_completed":
            self._end(engine)

    def _died(self, engine: Any, error: BaseException) -> None:
        from ignite.engine import Events

        self._recording.end("failed", repr(error))
        if len(engine._event_handlers[Events.EXCEPTION_RAISED]) == 1:
            raise error  # as the engine does where nobody else handles it


def _numbers(metrics: Mapping[str, Any]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, value in metrics.items():
        if isinstance(value, torch.Tensor) and value.numel() == 1:
            value = value.item()
        if isinstance(value, int | float):
            found[name] = float(value)
    return found
