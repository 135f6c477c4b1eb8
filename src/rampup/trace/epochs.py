"""Epochs from updates: means over what was seen, and which of a trainer's metrics are held out."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from rampup.trace.record import Epoch, Update

_HELD_OUT: Final = r"(eval|eval[_ ]?metrics|evaluation|val|valid|validation|held[_ -]?out|test)"
_LOSS: Final = re.compile(rf"^{_HELD_OUT}[/_. -]loss(_epoch)?$|^loss[/_. -]{_HELD_OUT}$")
_ACCURACY: Final = re.compile(
    rf"^{_HELD_OUT}[/_. -](acc|accuracy)(_epoch)?$|^(acc|accuracy)[/_. -]{_HELD_OUT}$"
)
_ANY: Final = re.compile(rf"^{_HELD_OUT}[/_. -].|.[/_. -]{_HELD_OUT}$")
_CLOCK: Final = re.compile(r"(_runtime|_per_second|_model_preparation_time)$")


class HeldOut(NamedTuple):
    """A trainer's metrics: the two that an epoch has fields for, and the others by name."""

    loss: float
    accuracy: float
    metrics: dict[str, float]


def is_held_out(name: str) -> bool:
    """Return whether a metric's name says that it was measured on held-out rows.

    Example:
        >>> [is_held_out(name) for name in ("eval_loss", "Loss/val", "train/loss", "evaluated")]
        [True, True, False, False]
    """
    return _ANY.search(name.lower()) is not None


def held_out(metrics: Mapping[str, float]) -> HeldOut:
    """Sort metrics by their names; how long something took is left out.

    Example:
        >>> held_out({"val_loss": 0.5, "val_acc": 0.75, "val_f1": 0.25})
        HeldOut(loss=0.5, accuracy=0.75, metrics={'val_f1': 0.25})
    """
    loss = accuracy = math.nan
    rest: dict[str, float] = {}
    for name, value in metrics.items():
        word = name.lower()
        if _LOSS.match(word) and math.isnan(loss):
            loss = float(value)
        elif _ACCURACY.match(word) and math.isnan(accuracy):
            accuracy = float(value)
        elif not _CLOCK.search(word):
            rest[name] = float(value)
    return HeldOut(loss, accuracy, rest)


class Tally:
    """Keeps the updates since the last epoch, and makes an epoch of them.

    Example:
        >>> tally = Tally()
        >>> for k in range(2):
        ...     tally.see(
        ...         Update(k=k, planned=None, used=0.1, reported=None, loss=1.0 + k, grad_norm=None)
        ...     )
        >>> epoch = tally.epoch(1, updates=2)
        >>> epoch.train_loss, epoch.rate_last, epoch.grad_norm
        (1.5, 0.1, None)
    """

    def __init__(self) -> None:
        self._seen: list[Update] = []
        self._from = 0

    def see(self, update: Update) -> None:
        """Add an update."""
        self._seen.append(update)

    def epoch(
        self,
        epoch: int,
        *,
        updates: int,
        metrics: Mapping[str, float] | None = None,
        rows: int = 0,
    ) -> Epoch:
        """Return the epoch that ends here, and begin the next one.

        A mean is given only where each update of the epoch was seen with its number.
        """
        seen, whole = self._seen, len(self._seen) == updates - self._from > 0
        train_loss = self._mean(lambda update: update.loss) if whole else None
        measured = held_out(metrics or {})
        made = Epoch(
            epoch=epoch,
            updates=updates,
            rate_first=_number(seen[0].used) if whole else None,
            rate_last=_number(seen[-1].used) if whole else None,
            train_loss=math.nan if train_loss is None else train_loss,
            train_accuracy=math.nan,
            held_out_loss=measured.loss,
            held_out_accuracy=measured.accuracy,
            held_out_rows=rows,
            grad_norm=self._mean(lambda update: update.grad_norm) if whole else None,
            metrics=measured.metrics,
        )
        self._seen, self._from = [], updates
        return made

    def evaluation(
        self, passes: float, *, updates: int, metrics: Mapping[str, float], rows: int = 0
    ) -> Epoch:
        """Return an evaluation within an epoch; `metrics["epoch"]` says where.

        The epoch goes on: its means are not those of an evaluation.
        """
        measured = held_out({name: value for name, value in metrics.items() if name != "epoch"})
        return Epoch(
            epoch=math.floor(passes),
            updates=updates,
            rate_first=None,
            rate_last=None,
            train_loss=math.nan,
            train_accuracy=math.nan,
            held_out_loss=measured.loss,
            held_out_accuracy=measured.accuracy,
            held_out_rows=rows,
            grad_norm=None,
            metrics={**measured.metrics, "epoch": float(passes)},
        )

    def _mean(self, of: Callable[[Update], float | None]) -> float | None:
        numbers = [number for number in map(of, self._seen) if number is not None]
        if len(numbers) < len(self._seen):
            return None
        return math.fsum(numbers) / len(numbers) if all(map(math.isfinite, numbers)) else math.nan


def _number(rate: float) -> float | None:
    return None if math.isnan(rate) else rate
