"""`watch`: record any training loop. It reads the rate in the instant before the update."""

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from rampup.errors import TraceError
from rampup.recorder.layers import layers
from rampup.scheduler.clock import Clock
from rampup.scheduler.clocked import ClockedLR
from rampup.trace.journal import Journal
from rampup.trace.record import Event, Layer, Update

Listener = Callable[[Event], None]

GROUP: Final = 100
"""Events that are written to the journal at once, unless someone asks for it earlier."""


class Watch:
    """A running record; made by `watch`.

    Attributes:
        events: every event so far, in order.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: Optimizer,
        *,
        scheduler: LRScheduler | None,
        journal: Journal | None,
        listeners: Iterable[Listener],
    ) -> None:
        self.events: list[Event] = []
        self._model = model
        self._optimizer = optimizer
        self._scheduler = scheduler
        self._planner = scheduler if isinstance(scheduler, ClockedLR) else None
        self._journal = journal
        self._listeners = tuple(listeners)
        self._pending: list[Event] = []
        self._loss: float | None = None
        self._before: tuple[float, float | None, float | None, float | None] | None = None
        self._clock: Clock | None = None

    def __enter__(self) -> Self:
        self._hook = self._optimizer.register_step_pre_hook(self._before_step)
        self._clock = Clock(self._optimizer, self._after_update)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._hook.remove()
        if self._clock is not None:
            self._clock.detach()
        self.flush()
        if self._journal is not None:
            self._journal.close()

    def loss(self, loss: torch.Tensor) -> float:
        """Record the loss of the update that comes next and return it as a number."""
        self._loss = loss.item()
        return self._loss

    def emit(self, event: Event) -> None:
        """Add an event, tell the listeners, and keep it for the next flush."""
        self.events.append(event)
        self._pending.append(event)
        for listener in self._listeners:
            listener(event)
        if len(self._pending) >= GROUP:
            self.flush()

    def flush(self) -> None:
        """Write what is pending to the journal, as one group."""
        if self._journal is not None and self._pending:
            self._journal.append(self._pending)
        self._pending.clear()

    def predict(self, x: torch.Tensor) -> list[Layer]:
        """Return what each layer puts out for the rows `x`; see `rampup.layers`."""
        return layers(self._model, x)

    def _before_step(self, optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
        group = optimizer.param_groups[0]
        planned = reported = None
        if self._scheduler is not None:
            reported = float(self._scheduler.get_last_lr()[0])
        if self._planner is not None:
            planned = self._planner.lr_at(self._planner.clock.updates)[0]
        self._before = (float(group["lr"]), planned, reported, _grad_norm(optimizer))

    def _after_update(self, updates: int) -> None:
        assert self._before is not None  # the pre-hook of the same step ran
        used, planned, reported, grad_norm = self._before
        self.emit(
            Update(
                k=updates - 1,
                planned=planned,
                used=used,
                reported=reported,
                loss=self._loss,
                grad_norm=grad_norm,
            )
        )
        self._loss = None


def watch(
    model: nn.Module,
    optimizer: Optimizer,
    *,
    scheduler: LRScheduler | None = None,
    to: str | Path | None = None,
    listeners: Iterable[Listener] = (),
) -> Watch:
    """Return a context manager that records the updates of a training loop.

    Each real update becomes an `Update` event: the rate used (read just before the optimizer
    steps), planned and reported, the loss and the norm of the gradient. Nothing is changed:
    weights, random state and flags stay bit-identical to an unwatched run.

    Args:
        model: the model in training.
        optimizer: its optimizer; rates are read from its first group.
        scheduler: a `RampupLR` gives planned rates, and `LossGapLR` and `CatapultLR` what they
            expected just before the update; any torch scheduler gives reported ones.
        to: a folder for `trace.jsonl`; None keeps the events in memory only.
        listeners: called with each event.

    Raises:
        TraceError: the folder holds a trace already.

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
        >>> [event.used for event in trace.events]
        [0.025, 0.05]
    """
    journal = None
    if to is not None:
        path = Path(to) / "trace.jsonl"
        if path.exists():
            raise TraceError(f"{path} exists already; watch to another folder, or remove it")
        path.parent.mkdir(parents=True, exist_ok=True)
        journal = Journal(path)
    return Watch(model, optimizer, scheduler=scheduler, journal=journal, listeners=listeners)


def _grad_norm(optimizer: Optimizer) -> float | None:
    """Return √Σ‖g‖² over all parameters that have a gradient, or None where none has."""
    grads = [
        p.grad.coalesce().values() if p.grad.is_sparse else p.grad
        for group in optimizer.param_groups
        for p in group["params"]
        if p.grad is not None
    ]
    if not grads:
        return None
    if grads[0].is_cpu:
        # nothing to wait for: reading each norm is twice as fast as combining them in torch
        norm = math.hypot(*[torch.linalg.vector_norm(grad).item() for grad in grads])
    else:
        norms = [one.to(grads[0].device) for one in torch._foreach_norm(grads)]
        norm = torch.linalg.vector_norm(torch.stack(norms)).item()
    # a GradScaler leaves the gradients of a fused optimizer scaled, and hands it the factor
    scale = getattr(optimizer, "grad_scale", None)
    return norm if scale is None else norm / float(scale)
