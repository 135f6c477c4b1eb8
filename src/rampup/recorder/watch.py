"""`watch`: record any training loop. It reads the rate in the instant before the update."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import Any, Final, ParamSpec, Self, TypeVar

import torch
from torch import nn
from torch.amp import GradScaler
from torch.compiler import is_compiling
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from rampup.errors import TraceError
from rampup.recorder.epochs import Epochs
from rampup.recorder.layers import first_tensor, layers
from rampup.recorder.meter import Meter
from rampup.recorder.opening import ending, header
from rampup.recorder.passes import check_loader, on_pass, on_skip
from rampup.recorder.planned import Outlook
from rampup.recorder.probes import Prober
from rampup.recorder.stages import stages
from rampup.scheduler.first import FirstRate
from rampup.trace.journal import Journal
from rampup.trace.record import End, Epoch, Event, Header, Layer, Skipped, Stage, Update

Listener = Callable[[Event], None]
P = ParamSpec("P")
R = TypeVar("R")

GROUP: Final = 100
"""Events that are written to the journal at once, unless someone asks for it earlier."""

SECONDS: Final = 1.0
"""How long an event waits at most before the next one takes it along."""


class Watch:
    """A running record; made by `watch`.

    Attributes:
        events: every event so far, in order.
        model: the model in training.
        optimizer: its optimizer.
        scheduler: the scheduler, where one was given.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: Optimizer,
        *,
        scheduler: LRScheduler | None,
        journal: Journal | None,
        listeners: Iterable[Listener],
        opening: Header | None = None,
        grad_norm: bool = True,
        ratio: bool | int = False,
        prober: Prober | None = None,
        loader: Any = None,
        scaler: GradScaler | None = None,
    ) -> None:
        self.events: list[Event] = []
        self.model = model
        self.optimizer = optimizer
        self.scheduler = scheduler
        first = None if scheduler is None else FirstRate(scheduler)
        self._meter = Meter(first, grad_norm=grad_norm, every=int(ratio), prober=prober)
        self._journal = journal
        self._listeners = [*listeners]
        self._opening = opening
        self._outlook = Outlook(None if opening is None else scheduler)
        self._prober = prober
        self._loader, self._scaler = loader, scaler
        self._epochs = Epochs()
        self._ended = False
        self._written = 0
        self._loss = 0.0
        self._losses = 0
        self._undo: list[Callable[[], None]] = []

    def __enter__(self) -> Self:
        self._started = time.perf_counter()
        self._due = time.monotonic() + SECONDS
        if self._opening is not None:
            self.emit(self._opening)
            if (plan := self._outlook.begin()) is not None:
                self.emit(plan)
            self.flush()
        if self._loader is not None:
            self._undo.append(on_pass(self._loader, self._pass_begins))
        self._undo.append(self.optimizer.register_step_pre_hook(self._before_step).remove)
        self._undo.append(self.optimizer.register_step_post_hook(self._after_step).remove)
        if self._scaler is not None:
            self._undo.append(
                on_skip(
                    self._scaler, self.optimizer, lambda: self._meter.steps, self._scaler_skipped
                )
            )
        if self._prober is not None:
            self._undo.append(self._prober.close)
            self._prober.arm(self._meter.next)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while self._undo:
            self._undo.pop()()
        if self._loader is not None and self._epochs.open:
            self.epoch()
        if self._opening is not None:
            status, reason = ending(error)
            seconds = round(time.perf_counter() - self._started, 3)
            self.end(End(status=status, updates=self._meter.done, reason=reason, seconds=seconds))
        self.flush()
        if self._journal is not None:
            self._journal.close()

    @property
    def updates(self) -> list[Update]:
        """Every update so far, in order."""
        return [event for event in self.events if type(event) is Update]

    def loss(self, loss: torch.Tensor) -> float:
        """Record the loss of the update that comes next and return it as a number.

        Of several losses before one update, as with accumulated gradients, the mean is kept.
        """
        value = loss.item()
        self._loss += value
        self._losses += 1
        return value

    def wrap(self, loss_fn: Callable[P, R]) -> Callable[P, R]:
        """Return `loss_fn`, which now records what it returns wherever that needs a gradient.

        Args:
            loss_fn: returns the loss, or an object or a tuple with the loss as `loss` or first.
        """

        @wraps(loss_fn)
        def recorded(*args: P.args, **kwargs: P.kwargs) -> R:
            result = loss_fn(*args, **kwargs)
            loss = first_tensor(getattr(result, "loss", result))
            if loss is not None and loss.requires_grad:
                self.loss(loss)
            return result

        return recorded

    def epoch(
        self,
        *,
        train_loss: float | None = None,
        train_accuracy: float | None = None,
        held_out_loss: float | None = None,
        held_out_accuracy: float | None = None,
        held_out_rows: int | None = None,
        **metrics: float,
    ) -> Epoch:
        """Record that a pass over the data ended, and what was measured after it; and observe it.

        Before the first update it is epoch 0, the untrained model. What is None is unmeasured.

        Args:
            train_loss: None takes the mean over the updates since the last epoch.
            train_accuracy: share of the training rows that were right.
            held_out_loss: on rows that are not trained on.
            held_out_accuracy: on these, too.
            held_out_rows: how many of them.
            **metrics: whatever else was measured, by name.
        """
        measured = {
            "train_loss": train_loss,
            "train_accuracy": train_accuracy,
            "held_out_loss": held_out_loss,
            "held_out_accuracy": held_out_accuracy,
            "held_out_rows": held_out_rows,
        }
        self._ended = False
        epoch = self._epochs.close(self._meter.done, measured, metrics)
        self.emit(epoch)
        self.observe()
        self.flush()
        return epoch

    def listen(self, listener: Listener) -> None:
        """Call `listener` with each event from here on."""
        self._listeners.append(listener)

    def observe(self) -> None:
        """Emit what the rules say of the events since the last time."""
        for observation in self._epochs.observed(self.events):
            self.emit(observation)

    def end(self, end: End) -> None:
        """Emit how the run ended, and before it what the rules say of all of it."""
        for observation in self._epochs.observed([*self.events, end]):
            self.emit(observation)
        self.emit(end)

    def emit(self, event: Event) -> None:
        """Add an event, tell the listeners, and keep it for the next flush."""
        self.events.append(event)
        for listener in self._listeners:
            listener(event)
        if self._journal is not None and (
            len(self.events) - self._written >= GROUP or time.monotonic() > self._due
        ):
            self.flush()

    def flush(self) -> None:
        """Write what is pending to the journal, as one group."""
        if self._journal is not None and self._written < len(self.events):
            self._journal.append(self.events[self._written :])
            self._due = time.monotonic() + SECONDS
        self._written = len(self.events)

    def stage(
        self,
        name: str,
        before: Any,
        after: Any = None,
        *,
        note: str = "",
        ids: Sequence[int] | None = None,
    ) -> None:
        """Record what a step made of the data: shapes, a few rows, missing cells, statistics.

        Args:
            name: of the step, such as `"preprocess"`.
            before: the data that it got, rows first: an array, a tensor, a frame of polars or
                pandas, an image, a sparse matrix or a list.
            after: what it made; or the step itself: a fitted scikit-learn `Pipeline`, a callable,
                or a list of callables as of torchvision, each step of which is one stage. None
                where data was read.
            note: what was done, in words.
            ids: rows to show: positions, or labels of a pandas index of whole numbers.
        """
        number = 1 + sum(isinstance(event, Stage) for event in self.events)
        for one in stages(name, before, after, note=note, ids=ids, number=number):
            self.emit(one)
        self.flush()

    def predict(self, x: torch.Tensor) -> list[Layer]:
        """Return what each layer puts out for the rows `x`; see `rampup.layers`."""
        return layers(self.model, x)

    def _pass_begins(self) -> None:
        # it ended here; but what is measured after it may still be told, up to the next update
        self._ended = bool(self._epochs.open)

    # hooks of the optimizer: what they lead to must not become part of a compiled step

    def _before_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> Any:
        if is_compiling():
            return torch.compiler.disable(self._begins)(optimizer, args, kwargs)  # type: ignore[no-untyped-call]
        return self._begins(optimizer, args, kwargs)

    def _after_step(self, _optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        if is_compiling():
            torch.compiler.disable(self._made)()  # type: ignore[no-untyped-call]
        else:
            self._made()

    def _begins(self, optimizer: Optimizer, args: Any, kwargs: Any) -> Any:
        scale = self._meter.before(optimizer, args, kwargs)
        if scale is not None:
            self._skipped(scale)
        return self._meter.arguments(optimizer, args, kwargs)  # a hook may return other ones

    def _made(self) -> None:
        if self._ended:
            self.epoch()
        update = self._meter.after(self._loss / self._losses if self._losses else None)
        if update is None:
            return
        self._loss, self._losses = 0.0, 0
        self._epochs.open.append(update)
        self.emit(update)
        if (plan := self._outlook.see(update)) is not None:
            self.emit(plan)
        probe = self._meter.probe()
        if probe is not None:
            self.emit(probe)

    def _scaler_skipped(self) -> None:
        if self._scaler is not None:
            self._skipped(self._scaler.get_scale())

    def _skipped(self, scale: float) -> None:
        self._loss, self._losses = 0.0, 0
        reason = f"a gradient was not finite, scaled by {scale:g}"
        self.emit(Skipped(k=self._meter.next, reason=reason))


def watch(
    model: nn.Module,
    optimizer: Optimizer,
    *,
    scheduler: LRScheduler | None = None,
    to: str | Path | None = None,
    listeners: Iterable[Listener] = (),
    grad_norm: bool = True,
    ratio: bool | int = False,
    loader: Any = None,
    scaler: GradScaler | None = None,
    probe_every: int = 0,
    probe_at: Collection[int] = (),
    probe_loss: Callable[[], Any] | None = None,
    seed: int | None = None,
    config: Mapping[str, Any] | None = None,
) -> Watch:
    """Return a context manager that records a training loop.

    Each real update becomes an `Update` event: the rate used (read just before the optimizer
    steps), planned and reported, the loss and the norm of the gradient. A `Header` comes before
    them and an `End` behind them. Nothing is changed: weights, random state and flags stay
    bit-identical to an unwatched run.

    Args:
        model: the model in training.
        optimizer: its optimizer. Rates are those of its first group; of all groups, where they
            differ.
        scheduler: any torch scheduler gives reported rates, and one of ours planned ones. The plan
            as a whole is told of a `RampupLR` at once; of one that `from_torch` reads, without a
            function of yours in it, after two updates that kept to it, step for step.
        to: a folder for `trace.jsonl`; None keeps the events in memory only.
        listeners: called with each event.
        grad_norm: measure the length of the gradient.
        ratio: measure the length of the update over that of the weights: True at each update, a
            number at each update whose index is a multiple. It copies the weights.
        loader: the `DataLoader` of the training rows; an epoch ends where its next pass begins,
            unless `trace.epoch()` was called.
        scaler: a `GradScaler`; updates that it skips become `Skipped` events. Those of a fused
            optimizer are seen without it.
        probe_every: look closer at each update whose index is a multiple; 0 for none.
        probe_at: indices of updates to look closer at.
        probe_loss: forward pass and loss of one fixed batch; gives each probe, from update 10 on,
            the rate from which on the loss would rise.
        seed: what the run was seeded with, for the header.
        config: what else the header is to say.

    Raises:
        TraceError: the folder holds a trace already or cannot be made, the loader is no
            `DataLoader`, or a ratio or a probe is asked for at no update.

    Example:
        >>> import torch, rampup
        >>> model = torch.nn.Linear(2, 1)
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        >>> scheduler = rampup.RampupLR(optimizer, "warmup 4up >> hold", updates=10)
        >>> with rampup.watch(model, optimizer, scheduler=scheduler) as trace:
        ...     for _ in range(2):
        ...         loss = model(torch.ones(1, 2)).square().mean()
        ...         loss.backward()
        ...         _ = trace.loss(loss)
        ...         optimizer.step()
        >>> [update.used for update in trace.updates]
        [0.025, 0.05]
    """
    prober = None
    if ratio < 0:
        raise TraceError(f"ratio = {ratio!r} is no distance between updates; use True or a number")
    if loader is not None:
        check_loader(loader)
    if probe_every or probe_at:
        prober = Prober(model, optimizer, every=probe_every, at=probe_at, loss=probe_loss)
    return Watch(
        model,
        optimizer,
        scheduler=scheduler,
        journal=None if to is None else _journal(Path(to) / "trace.jsonl"),
        listeners=listeners,
        opening=header(model, optimizer, scheduler, seed, config or {}),
        grad_norm=grad_norm,
        ratio=ratio,
        prober=prober,
        loader=loader,
        scaler=scaler,
    )


def _journal(path: Path) -> Journal:
    if path.exists():
        raise TraceError(f"{path} exists already; watch to another folder, or remove it")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return Journal(path)
    except OSError as error:
        raise TraceError(f"{path} cannot be written: {error.strerror}") from None
