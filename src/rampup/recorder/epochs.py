"""`Epochs`: what a pass over the data amounts to, and what the rules say of it."""

from collections.abc import Iterator, Mapping, Sequence
from math import nan

from rampup.trace.observe import Observer
from rampup.trace.record import Epoch, Event, Update


class Epochs:
    """Counts the epochs of one run. Epoch 0 is the model before its first update.

    Attributes:
        open: the updates since the last epoch.
    """

    def __init__(self) -> None:
        self.open: list[Update] = []
        self._number = 0
        self._observer = Observer()
        self._observed = 0

    def close(
        self, updates: int, measured: Mapping[str, float | None], metrics: Mapping[str, float]
    ) -> Epoch:
        """Return the epoch that ends here.

        Args:
            updates: done so far.
            measured: fields of `Epoch`; those that are missing or None are unmeasured, save the
                training loss, which is the mean over the updates then.
            metrics: more numbers, by name.
        """
        found, self.open = self.open, []
        if updates:
            self._number += 1
        known = {name: value for name, value in measured.items() if value is not None}
        losses = [u.loss for u in found if u.loss is not None]
        norms = [u.grad_norm for u in found if u.grad_norm is not None]
        return Epoch(
            epoch=self._number,
            updates=updates,
            rate_first=found[0].used if found else None,
            rate_last=found[-1].used if found else None,
            train_loss=float(known.get("train_loss", _mean(losses))),
            train_accuracy=float(known.get("train_accuracy", nan)),
            held_out_loss=float(known.get("held_out_loss", nan)),
            held_out_accuracy=float(known.get("held_out_accuracy", nan)),
            held_out_rows=int(known.get("held_out_rows", 0)),
            grad_norm=_mean(norms) if norms else None,
            metrics={name: float(value) for name, value in metrics.items()},
        )

    def observed(self, events: Sequence[Event]) -> Iterator[Event]:
        """Yield what the rules say of a trace; of its events, each is looked at once."""
        new = events[self._observed :]
        self._observed = len(events)
        for event in new:
            yield from self._observer.see(event)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else nan
