"""Training: the loop itself. Tensors stay in memory and batches are slices."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.optim import SGD, Adam, AdamW, Optimizer

from rampup.errors import DivergedError
from rampup.pipeline.config import Training
from rampup.recorder.watch import Watch
from rampup.scheduler.rate import RampupLR
from rampup.trace.record import Epoch, Update


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensors:
    """The rows as the loop sees them.

    Args:
        x: training features, `(rows, inputs)` float32.
        y: training labels, `(rows,)` int64.
        x_held_out: held-out features.
        y_held_out: held-out labels.
    """

    x: torch.Tensor
    y: torch.Tensor
    x_held_out: torch.Tensor
    y_held_out: torch.Tensor

    def updates_per_epoch(self, batch_size: int) -> int:
        """Return the number of batches in one epoch; the last one may be smaller."""
        return math.ceil(len(self.x) / batch_size)


def optimizer_for(model: nn.Module, training: Training) -> Optimizer:
    """Return the optimizer that the configuration names, at the peak rate."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    if training.optimizer == "sgd":
        return SGD(
            parameters,
            lr=training.lr,
            momentum=training.momentum,
            weight_decay=training.weight_decay,
        )
    kind = Adam if training.optimizer == "adam" else AdamW
    return kind(parameters, lr=training.lr, weight_decay=training.weight_decay)


def fit(
    model: nn.Module,
    tensors: Tensors,
    training: Training,
    optimizer: Optimizer,
    scheduler: RampupLR,
    *,
    seed: int,
    trace: Watch | None = None,
) -> Iterator[Epoch]:
    """Train and yield one `Epoch` before the first update and one after each epoch.

    Args:
        model: trained in place.
        tensors: the rows.
        training: batch size and epochs.
        optimizer: over the model's parameters.
        scheduler: its clock counts the updates.
        seed: decides the order of rows; initial weights and dropout are the caller's.
        trace: where updates are recorded, if anywhere.

    Raises:
        DivergedError: the loss of a batch, or of all rows after an epoch, is not finite. The
            batch's update is not made.
    """
    generator = torch.Generator().manual_seed(seed)
    rows, size = len(tensors.x), training.batch_size
    yield _measure(model, tensors, scheduler, 0, [])
    for epoch in range(1, training.epochs + 1):
        model.train()
        order = torch.randperm(rows, generator=generator)
        x, y = tensors.x[order], tensors.y[order]
        mark = len(trace.events) if trace is not None else 0
        for first in range(0, rows, size):
            loss = cross_entropy(model(x[first : first + size]), y[first : first + size])
            value = loss.item() if trace is None else trace.loss(loss)
            if not math.isfinite(value):
                raise _diverged(
                    f"the loss of update {scheduler.clock.updates} is {value}", scheduler
                )
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        updates = [] if trace is None else [e for e in trace.events[mark:] if type(e) is Update]
        measured = _measure(model, tensors, scheduler, epoch, updates)
        if not math.isfinite(measured.train_loss + measured.held_out_loss):
            raise _diverged(
                f"the loss after update {measured.updates - 1} is not finite", scheduler
            )
        yield measured


def _measure(
    model: nn.Module, tensors: Tensors, scheduler: RampupLR, epoch: int, updates: list[Update]
) -> Epoch:
    """Return the metrics of the model as it is, over all rows, in evaluation mode."""
    model.eval()
    with torch.no_grad():
        train, held_out = model(tensors.x), model(tensors.x_held_out)
    norms = [u.grad_norm for u in updates if u.grad_norm is not None]
    return Epoch(
        epoch=epoch,
        updates=scheduler.clock.updates,
        rate_first=updates[0].used if updates else None,
        rate_last=updates[-1].used if updates else None,
        train_loss=cross_entropy(train, tensors.y).item(),
        train_accuracy=_accuracy(train, tensors.y),
        held_out_loss=cross_entropy(held_out, tensors.y_held_out).item(),
        held_out_accuracy=_accuracy(held_out, tensors.y_held_out),
        held_out_rows=len(tensors.y_held_out),
        grad_norm=sum(norms) / len(norms) if norms else None,
    )


def _accuracy(logits: torch.Tensor, labels: torch.Tensor) -> float:
    return (logits.argmax(1) == labels).sum().item() / len(labels)


def _diverged(what: str, scheduler: RampupLR) -> DivergedError:
    done = scheduler.clock.updates
    rate = (
        f"the rate used last was {scheduler.planned(done - 1):g}" if done else "no update was made"
    )
    return DivergedError(f"training diverged: {what}; {rate}")
