"""`Tally`: what a running loop did, update by update, as a `Run`."""

from typing import Any

import numpy as np
import numpy.typing as npt

from rampup.checker.facts import Floats, Run
from rampup.checker.finding import Line, Place
from rampup.checker.gather.calls import Spot
from rampup.checker.gather.ends import ends_of, is_cyclic
from rampup.checker.gather.twin import Twin
from rampup.errors import CheckError
from rampup.trace.record import Update

MOST_PLANNED = 100_000
"""Updates for which the planned rate is worked out."""


class Tally:
    """Counts what happens between two updates of an optimizer.

    Args:
        optimizer: whose updates they are.
        scheduler: whose steps are counted, or None.
        expected: updates planned, where somebody said.
    """

    def __init__(self, optimizer: Any, scheduler: Any, *, expected: int | None) -> None:
        self._optimizer, self._scheduler = optimizer, scheduler
        self._ours = hasattr(scheduler, "lr_at")
        self._expected = expected
        if expected is None and self._ours and hasattr(scheduler, "plan"):
            self._expected = ends_of(scheduler)
        self._base = tuple(
            float(group.get("initial_lr", group["lr"])) for group in optimizer.param_groups
        )
        self.finished = False
        self._used: list[list[float]] = []
        self._calls: list[int] = []
        self._index: list[int | None] = []
        self._backwards: list[int] = []
        self._told: list[float | None] = []  # by the watch, of the first group
        self._planned: list[list[float]] = []  # by ours
        self._asked: dict[int, list[float]] = {}
        self._skipped: list[int] = []
        self._epochs = [0]
        self._writes: list[int] = []
        self._spots: dict[Spot, str] = {}
        self._updater: Spot | None = None
        self.lead = 0
        self._stepped = 0
        self._pending = 0, 0  # steps and backward passes since the last update
        self._on_skip = self._foreign = False
        self._depth = 0
        self._twins: list[tuple[int, Twin | None]] = []
        self._row: tuple[Any, ...] | None = None
        self.renew()

    @property
    def done(self) -> int:
        """Updates so far."""
        return len(self._used)

    @property
    def last(self) -> list[float]:
        """The rates of the last update."""
        return self._used[-1]

    def renew(self) -> None:
        """Take what optimizer and scheduler hold now as the start of what comes."""
        self._known = self._rates()
        twin = None
        if self._scheduler is not None and not self._ours:
            try:
                twin = Twin(self._scheduler)
            except CheckError:
                twin = None
        self._twins = [one for one in self._twins if one[0] < self.done]
        self._twins.append((self.done, twin))

    # what happens, in the order in which it does

    def backward(self, _weight: Any) -> None:
        """Count a backward pass."""
        steps, passes = self._pending
        self._pending = steps, passes + 1
        self._on_skip = False

    def before_call(self) -> None:
        """Look who wrote the rates before the scheduler does."""
        self._depth += 1
        if self._depth == 1:
            self._before = self._at()
            self._foreign |= not self._ours and self._rates() != self._known

    def after_call(self, spot: Spot | None) -> None:
        """Count a step of the scheduler, unless it only is one in name."""
        self._depth -= 1
        if self._depth:
            return
        if self._ours and self._at() == self._before:
            return
        self._known = self._rates()
        self._stepped += 1
        if self._on_skip:
            self.lead += 1
        else:
            steps, passes = self._pending
            self._pending = steps + 1, passes
        self._seen(spot, "steps the scheduler")

    def asked(self, spot: Spot, rates: Any) -> None:
        """Note a rate that the loop asked for, where it shows for which update."""
        where = self._updater
        if where is None or spot.code is not where.code or spot.line == where.line:
            return
        k = self.done - 1 if spot.line > where.line else self.done
        if k >= 0 and isinstance(rates, list | tuple):
            self._asked[k] = [float(rate) for rate in rates]
            self._seen(spot, "asks for the rate")

    def before_update(self, spot: Spot | None) -> None:
        """Note what the update that comes uses."""
        rates = self._rates()
        planned = list(self._scheduler.lr_at(self._at())) if self._ours else self._known
        same = len(planned) != len(rates) or np.allclose(planned, rates, rtol=1e-9, atol=0.0)
        self._row = (rates, planned, self._at(), self._foreign or not same)
        self._known, self._foreign = rates, False
        self._updater = spot
        self._seen(spot, "updates")

    def updated(self, update: Update) -> None:
        """Take the update that was begun as made."""
        if self._row is None:
            return
        rates, planned, index, written = self._row
        self._row = None
        if written:
            self._writes.append(self.done)
        self._used.append(rates)
        self._planned.append(planned)
        self._index.append(index)
        self._told.append(update.reported)
        steps, passes = self._pending
        self._calls.append(steps)
        self._backwards.append(passes)
        self._pending = 0, 0
        self._on_skip = False

    def skip(self) -> None:
        """Count an update that did not happen."""
        self._row = None
        self._skipped.append(self.done)
        self._pending = self._pending[0], 0
        self._on_skip = True

    def epoch(self) -> None:
        """Note where the next epoch begins."""
        if self.done > self._epochs[-1]:
            self._epochs.append(self.done)

    # what it comes to

    def run(self, *, ranks: Floats | None = None) -> Run:
        """Return the run so far."""
        count = self.done
        groups = max((len(rates) for rates in self._used), default=1)
        used = _table(self._used, groups)
        scheduler = self._scheduler
        indexed = scheduler is not None and None not in self._index
        watched = scheduler is not None and not self._ours
        bound = getattr(scheduler, "optimizer", None)
        return Run(
            place=Place(key=type(self._optimizer if scheduler is None else scheduler).__name__),
            used=used,
            planned=self._plan(groups) if scheduler is not None else None,
            reported=self._reported(used),
            base=self._base,
            calls=_counts(self._calls) if scheduler is not None else None,
            index=_counts([at for at in self._index if at is not None]) if indexed else None,
            backwards=_counts(self._backwards) if any(self._backwards) else None,
            skipped=tuple(self._skipped),
            lead=self.lead,
            epochs=tuple(at for at in self._epochs if at < count) if len(self._epochs) > 1 else (),
            expected=self._expected,
            ends=None if scheduler is None else ends_of(scheduler),
            finished=self.finished,
            ranks=ranks,
            writes=tuple(self._writes),
            stepped=self._was_stepped() if watched else None,
            stale=bound is not None and not _shares(bound, self._optimizer),
            cyclic=scheduler is not None and is_cyclic(scheduler),
            lines=tuple(self._lines()),
        )

    def _was_stepped(self) -> bool | None:
        """Return whether the scheduler was stepped; None while its first epoch may not be over."""
        if self._stepped:
            return True
        return False if self.finished or len(self._epochs) > 2 else None

    def _plan(self, groups: int) -> Floats:
        if self._ours:
            return _table(self._planned, groups)
        planned = np.full((self.done, groups), np.nan)
        steps = np.arange(self.done)
        if 0 < np.count_nonzero(self._calls[1:]) <= self.done / 2:  # once an epoch
            steps = np.cumsum(self._calls)
        stops = [start for start, _ in self._twins[1:]] + [self.done]
        for (start, twin), stop in zip(self._twins, stops, strict=True):
            stop = min(stop, start + MOST_PLANNED)
            if twin is not None and stop > start:
                at = steps[start:stop] - steps[start]
                rates = twin.rates(int(at[-1]) + 1)
                planned[start:stop, : rates.shape[1]] = rates[at, :groups]
        return planned

    def _reported(self, used: Floats) -> Floats | None:
        if self._scheduler is None:
            return None
        reported = np.full_like(used, np.nan)
        for k, rates in self._asked.items():
            if k < len(used) and len(rates) == used.shape[1]:
                reported[k] = rates
        if not self._asked and used.size:
            reported[:, 0] = [np.nan if told is None else told for told in self._told]
        return reported

    def _lines(self) -> list[Line]:
        return [spot.shown(says) for spot, says in self._spots.items()]

    def _seen(self, spot: Spot | None, says: str) -> None:
        if spot is not None:
            self._spots.setdefault(spot, says)

    def _rates(self) -> list[float]:
        return [float(group["lr"]) for group in self._optimizer.param_groups]

    def _at(self) -> int | None:
        index = getattr(self._scheduler, "last_epoch", None)
        return index if isinstance(index, int) else None


def _shares(bound: Any, optimizer: Any) -> bool:
    """Return whether two optimizers hold the same groups."""
    held = {id(group) for group in getattr(bound, "param_groups", ())}
    return bound is optimizer or any(id(group) in held for group in optimizer.param_groups)


def _table(rows: list[list[float]], groups: int) -> Floats:
    table = np.full((len(rows), groups), np.nan)
    for row, rates in zip(table, rows, strict=True):
        row[: len(rates)] = rates
    return table


def _counts(numbers: list[int]) -> npt.NDArray[np.int64]:
    return np.array(numbers, dtype=np.int64)
