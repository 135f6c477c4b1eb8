"""`Recording`: what all callbacks share. A watch from the trainer's first update to its last."""

import atexit
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from weakref import WeakMethod

import torch
from torch import nn
from torch.optim import Optimizer

from rampup.errors import TraceError
from rampup.recorder.watch import Listener, Watch, watch
from rampup.scheduler.clocked import ClockedLR
from rampup.trace.compact import rounded
from rampup.trace.epochs import Tally
from rampup.trace.journal import Journal, read
from rampup.trace.observe import Observer
from rampup.trace.record import (
    End,
    Epoch,
    Event,
    Header,
    Observation,
    Planned,
    Skipped,
    Update,
)
from rampup.trace.rules import WHOLE_RUN

GROUP: Final = 100
"""Events that are written to the journal at once, unless an epoch or the run ends."""


class Recording:
    """Records a trainer's run into a folder; the trainer's callback tells it what happens.

    Updates are numbered on from those that a resumed run had done. A trace of that run is
    continued: what it says of later updates is dropped, because they are made again.

    Args:
        to: a folder for `trace.jsonl`; None keeps the events in memory only.
        listeners: called with each event.

    Attributes:
        events: every event so far, in order.
    """

    def __init__(self, to: str | Path | None, listeners: Iterable[Listener]) -> None:
        self.events: list[Event] = []
        self._to = None if to is None else Path(to)
        self._listeners = tuple(listeners)
        self._watch: Watch | None = None
        self._left: Watch | None = None
        self._expected: bool | None = None
        self._journal: Journal | None = None
        self._pending: list[Event] = []
        self._held: Update | None = None
        self._losses: list[torch.Tensor] = []

    @property
    def running(self) -> bool:
        """Whether a run is being recorded."""
        return self._watch is not None

    @property
    def updates(self) -> int:
        """Updates done so far, those before a resume included."""
        return self._updates

    def start(
        self,
        model: nn.Module,
        optimizer: Any,
        scheduler: Any,
        *,
        updates_done: int,
        trainer: str,
        config: Mapping[str, Any],
        writes: bool = True,
        announced: bool = False,
    ) -> None:
        """Attach to an optimizer that its trainer has made ready.

        Args:
            model: the model in training.
            optimizer: its optimizer, wrapped or not.
            scheduler: its scheduler, wrapped or not, or None.
            updates_done: before a resume.
            trainer: its name and version.
            config: plain data about the run.
            writes: whether this process is the one that writes; the others measure too, because
                a norm of sharded gradients takes all of them.
            announced: whether `expect` is called before each update. One that comes without is
                somebody else's, so the trainer died: the record ends there.

        Raises:
            TraceError: the folder holds a trace of another run.
        """
        self.end("failed", "training began again")
        scheduler = _scheduler(scheduler)
        if isinstance(scheduler, ClockedLR):  # trainers count updates that a scaler skipped, too
            updates_done = scheduler.clock.updates
        self.events, self._updates, self._tally = [], updates_done, Tally()
        self._observer = Observer()
        self._losses.clear()
        self._started, self._writes = time.monotonic(), writes
        if self._to is not None and writes:
            self._open(self._to / "trace.jsonl", updates_done)
        optimizer = _optimizer(optimizer)
        self._expected = False if announced else None
        self._trainer = trainer
        self._run = int(config.get("updates", 0))
        self._watch = watch(
            model, optimizer, scheduler=scheduler, listeners=[self._hear], config=config
        )
        self._watch.__enter__()
        # a trainer that dies tells its callbacks nothing; what was seen is written all the same
        self._at_exit = _weakly(WeakMethod(self._leave))
        atexit.register(self._at_exit)

    def expect(self) -> None:
        """Announce the update that comes next."""
        self._expected = True

    def add_loss(self, loss: Any) -> None:
        """Add the share that a batch has in the loss of the update that comes next."""
        self._losses.append(loss)

    def forget_losses(self) -> None:
        """Forget the losses of an update that was not made."""
        self._losses.clear()

    def lost(self, loss: float) -> None:
        """Say the loss of the update that was just made, where it is known only now."""
        if self._held is not None and self._held.loss is None:
            self._held = replace(self._held, loss=rounded(loss))

    @property
    def waits_for_loss(self) -> bool:
        """Whether an update was made whose loss is not known yet."""
        return self._held is not None and self._held.loss is None

    def release(self) -> None:
        """Tell the last update, whose loss can now only be what is known."""
        if self._held is not None:
            update, self._held = self._held, None
            self._tally.see(update)
            self._tell(update)

    def epoch(self, epoch: int, metrics: Mapping[str, float], rows: int = 0) -> None:
        """Tell the epoch that ended."""
        self.release()
        self._tell(self._tally.epoch(epoch, updates=self._updates, metrics=metrics, rows=rows))
        self._flush()

    def evaluation(self, passes: float, metrics: Mapping[str, float], rows: int = 0) -> None:
        """Tell an evaluation before the first epoch or within one."""
        self.release()
        self._tell(
            self._tally.evaluation(passes, updates=self._updates, metrics=metrics, rows=rows)
        )
        self._flush()

    def end(self, status: str, reason: str = "") -> None:
        """Detach; leave no hook on the optimizer. Nothing happens where no run is recorded."""
        for attached in (self._watch, self._left):
            if attached is not None:
                attached.__exit__(None, None, None)
        self._left = None
        self._finish(status, reason)

    def _finish(self, status: str, reason: str) -> None:
        if self._watch is None:
            return
        self._watch = None
        atexit.unregister(self._at_exit)
        self.release()
        seconds = time.monotonic() - self._started
        end = End(status=status, updates=self._updates, reason=reason, seconds=seconds)
        for said in self._observer.see(end):
            self._tell(said)
        self._tell(end)
        self._flush()
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def _leave(self) -> None:
        self.end("failed", "the process ended within the run")

    def _hear(self, event: Event) -> None:
        watching = self._watch or self._left
        if watching is not None:
            watching.events.clear()  # we keep them, numbered as the run numbers them
        if self._watch is None:
            return
        if isinstance(event, Header) and not self.events:
            self._tell(replace(event, environment={"trainer": self._trainer, **event.environment}))
        if isinstance(event, Planned) and not any(isinstance(e, Planned) for e in self.events):
            self.release()
            known = event.updates or max(self._run, 0)
            self._tell(replace(event, updates=known))
        if isinstance(event, Skipped):
            self.release()
            self._tell(replace(event, k=self._updates))
        if not isinstance(event, Update):
            return
        if self._expected is False:
            # hooks are being called, so they cannot be taken away here
            self._left = self._watch
            self._finish("failed", "the trainer was left within the run")
            return
        self._expected = None if self._expected is None else False
        self.release()
        loss = event.loss
        if self._losses:
            loss = rounded(float(sum(self._losses)))
            self._losses.clear()
        self._held = replace(event, k=self._updates, loss=loss)
        self._updates += 1

    def _tell(self, event: Event) -> None:
        if not self._writes:
            return
        self.events.append(event)
        self._pending.append(event)
        for listener in self._listeners:
            listener(event)
        if len(self._pending) >= GROUP:
            self._flush()
        if not isinstance(event, End):  # what is said of the whole run comes before it
            for said in self._observer.see(event):
                self._tell(said)

    def _flush(self) -> None:
        if self._journal is not None and self._pending:
            self._journal.append(self._pending)
        self._pending.clear()

    def _open(self, path: Path, updates_done: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            self.events = self._before(path, updates_done)
            part = path.with_name(".trace.jsonl.part")
            part.unlink(missing_ok=True)
            with Journal(part) as journal:
                journal.append(self.events)
            part.replace(path)
        self._journal = Journal(path)

    def _before(self, path: Path, updates_done: int) -> list[Event]:
        """Return what a trace says of the updates that a resumed run had done."""
        events = read(path).events
        if updates_done == 0 and any(isinstance(event, Update) for event in events):
            raise TraceError(
                f"{path} holds another run already, and this one starts at update 0; "
                "record to another folder, or remove it"
            )
        kept: list[Event] = []
        for event in events:
            if isinstance(event, Update) and event.k < updates_done:
                self._tally.see(event)
                kept.append(event)
            elif isinstance(event, Epoch) and event.updates <= updates_done:
                if "epoch" not in event.metrics:
                    self._tally.epoch(event.epoch, updates=event.updates)
                kept.append(event)
            elif (
                isinstance(event, Observation)
                and event.last < max(updates_done, 1)
                and event.rule not in WHOLE_RUN  # which goes on now
            ) or not isinstance(event, Update | Epoch | Observation | End):
                kept.append(event)
        for event in kept:
            self._observer.see(event)
        return kept


def rows_of(loader: Any) -> int:
    """Return how many rows a loader has; 0 where it does not say."""
    try:
        return len(loader.dataset)
    except (AttributeError, TypeError):
        return 0


def _weakly(method: WeakMethod[Callable[[], None]]) -> Callable[[], None]:
    def call() -> None:
        alive = method()
        if alive is not None:
            with suppress(Exception):
                alive()

    return call


def _optimizer(optimizer: Any) -> Optimizer:
    """Return torch's optimizer, where a trainer wrapped it."""
    while isinstance(getattr(optimizer, "optimizer", None), Optimizer):
        optimizer = optimizer.optimizer
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{type(optimizer).__name__} is not an Optimizer, so it cannot be watched")
    return optimizer


def _scheduler(scheduler: Any) -> Any:
    """Return the scheduler itself, where a trainer wrapped it; None where it reports no rate."""
    while hasattr(getattr(scheduler, "scheduler", None), "get_last_lr"):
        scheduler = scheduler.scheduler
    return scheduler if hasattr(scheduler, "get_last_lr") else None
