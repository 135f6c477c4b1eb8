"""Writers of other formats: listeners of a watch, and of a finished trace.

| TensorBoard | CSV | what |
|---|---|---|
| `rate/used`, `rate/planned`, `rate/reported` | `used`, `planned`, `reported` | of update k |
| `update/loss`, `update/grad_norm`, `update/ratio` | `loss`, `grad_norm`, `ratio` | of update k |
| `epoch/train_loss` … | `train_loss` … | of an epoch, when so many updates were done |
| `epoch/metrics/<name>` | `<name>` | anything else that the epoch measured |
"""

import csv
import itertools
import math
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from rampup.errors import TraceError
from rampup.trace.record import Epoch, Event, Update
from rampup.trace.tfrecord import first_record, record

RATES: Final = ("used", "planned", "reported")
MEASURES: Final = ("loss", "grad_norm", "ratio")
EPOCH: Final = (
    "train_loss",
    "train_accuracy",
    "held_out_loss",
    "held_out_accuracy",
    "rate_first",
    "rate_last",
    "grad_norm",
)
UPDATES_CSV: Final = "updates.csv"
EPOCHS_CSV: Final = "epochs.csv"

_number_of: Final = itertools.count()


class _Writer(ABC):
    """A listener that writes; a context manager that closes what it wrote."""

    @abstractmethod
    def __call__(self, event: Event) -> None:
        """Write an event, if it is an update or an epoch."""

    @abstractmethod
    def close(self) -> None:
        """Write what waits, and close the files."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class TensorBoardWriter(_Writer):
    """Writes updates and epochs to an event file that TensorBoard shows; it needs no tensorboard.

    The step of an update is its index k, the step of an epoch the number of updates done. What
    was not measured is not written. TensorBoard's numbers have 32 bits.

    Args:
        folder: the log folder; a new event file is made in it.

    Attributes:
        path: the event file.

    Raises:
        TraceError: the folder cannot be written.

    Example:
        >>> import tempfile, torch, rampup
        >>> model = torch.nn.Linear(2, 1)
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        >>> with rampup.TensorBoardWriter(tempfile.mkdtemp()) as writer:
        ...     with rampup.watch(model, optimizer, listeners=[writer]):
        ...         optimizer.step()
        >>> [event.used for event in rampup.read_trace(writer.path)[1:]]
        [0.1]
    """

    def __init__(self, folder: str | Path) -> None:
        seconds = time.time()
        # tensorboard orders the files of a folder by their names
        name = f"events.out.tfevents.{seconds:017.6f}.rampup.{os.getpid()}.{next(_number_of)}"
        self.path = Path(folder) / name
        self._file = _opened(self.path, lambda path: path.open("wb"))
        self._file.write(first_record(seconds))
        self._file.flush()

    def __call__(self, event: Event) -> None:
        """Write an event, if it is an update or an epoch."""
        if isinstance(event, Update):
            values = {f"rate/{name}": getattr(event, name) for name in RATES}
            values |= {f"update/{name}": getattr(event, name) for name in MEASURES}
            if math.isnan(event.used):  # not known; a loss that is NaN is a measurement
                del values["rate/used"]
            said = {tag: value for tag, value in values.items() if value is not None}
            self._file.write(record(event.k, time.time(), said))
        elif isinstance(event, Epoch):
            values = {f"epoch/{name}": getattr(event, name) for name in EPOCH}
            values |= {f"epoch/metrics/{name}": value for name, value in event.metrics.items()}
            values["epoch/epoch"] = event.epoch
            said = {tag: v for tag, v in values.items() if v is not None and not math.isnan(v)}
            self._file.write(record(event.updates, time.time(), said))
            self._file.flush()

    def close(self) -> None:
        """Write what waits, and close the file."""
        self._file.close()


class CsvWriter(_Writer):
    """Writes updates to `updates.csv` and epochs to `epochs.csv`, each number with all its digits.

    What was not measured is an empty cell.

    Args:
        folder: where the two files are made.

    Raises:
        TraceError: the folder cannot be written, or holds such a file already.

    Example:
        >>> import tempfile, torch, rampup
        >>> from pathlib import Path
        >>> model = torch.nn.Linear(2, 1)
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        >>> folder = Path(tempfile.mkdtemp())
        >>> with rampup.CsvWriter(folder) as writer:
        ...     with rampup.watch(model, optimizer, listeners=[writer]):
        ...         optimizer.step()
        >>> print((folder / "updates.csv").read_text().strip())
        k,used,planned,reported,loss,grad_norm,ratio
        0,0.1,,,,,
    """

    def __init__(self, folder: str | Path) -> None:
        self._epochs_path = Path(folder) / EPOCHS_CSV
        for path in (Path(folder) / UPDATES_CSV, self._epochs_path):
            if path.exists():
                raise TraceError(f"{path} exists already; write to another folder, or remove it")
        self._file = _opened(
            Path(folder) / UPDATES_CSV, lambda path: path.open("w", encoding="utf-8", newline="")
        )
        self._rows = csv.writer(self._file, lineterminator="\n")
        self._rows.writerow(["k", *RATES, *MEASURES])
        self._epochs: list[Epoch] = []

    def __call__(self, event: Event) -> None:
        """Write an event, if it is an update or an epoch."""
        if isinstance(event, Update):
            used = None if math.isnan(event.used) else event.used
            others = [getattr(event, name) for name in (*RATES[1:], *MEASURES)]
            self._rows.writerow([event.k, *map(_cell, (used, *others))])
        elif isinstance(event, Epoch):
            self._epochs.append(event)
            self._file.flush()
            self._write_epochs()

    def close(self) -> None:
        """Write what waits, and close the file."""
        self._file.close()

    def _write_epochs(self) -> None:
        """Write all epochs again: a metric that is new to this one is a new column."""
        names = list(dict.fromkeys(name for epoch in self._epochs for name in epoch.metrics))
        with self._epochs_path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            taken = {"epoch", "updates", "held_out_rows", *EPOCH}
            titles = [f"metrics.{name}" if name in taken else name for name in names]
            rows.writerow(["epoch", "updates", *EPOCH, "held_out_rows", *titles])
            for epoch in self._epochs:
                cells = [getattr(epoch, name) for name in EPOCH]
                cells += [epoch.held_out_rows or None, *map(epoch.metrics.get, names)]
                rows.writerow([epoch.epoch, epoch.updates, *map(_cell_of_epoch, cells)])


WRITERS: Final[dict[str, type[TensorBoardWriter] | type[CsvWriter]]] = {
    "csv": CsvWriter,
    "tensorboard": TensorBoardWriter,
}


def export(events: Iterable[Event], kind: str, folder: Path) -> int:
    """Write a finished trace in another format, and return how many updates it holds."""
    updates = 0
    with WRITERS[kind](folder) as writer:
        for event in events:
            writer(event)
            updates += isinstance(event, Update)
    return updates


def _cell(value: float | None) -> str:
    return "" if value is None else repr(value)


def _cell_of_epoch(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else repr(value)


def _opened(path: Path, how: Callable[[Path], IO[Any]]) -> IO[Any]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return how(path)
    except OSError as error:
        raise TraceError(f"{path} cannot be written: {error.strerror}") from None
